"""What the GP-VAEs share: everything but kernel and core."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bssbench.kernels.catalogue import CORES
from bssbench.kernels.limits import OPERATIONS_PER_SECOND, operations
from bssbench.methods import Size
from bssbench.methods.vae._kernel_method import KernelMethod
from bssbench.parameters import parameter

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior


@dataclass(frozen=True)
class GaussianProcessMethod(KernelMethod):
    """A VAE with a Gaussian process on each latent.

    The length-scales start spread between those that the half-decay lags of the fastest and the
    slowest source suggest (see `bssbench.models.time_scales`) and are learned at every k-th step.

    Attributes
    ----------
    update_every : int
        k; 0 keeps the length-scales where they start.
    max_minutes : float
        Longest training to try, by the number of operations that its factorisations take.
    """

    family = "inversion"
    length_scale_per_half_decay: ClassVar[float]

    update_every: int = parameter(
        10, "chosen by us, not tuned on scores: each update costs T²", at_least=0
    )
    max_minutes: float = parameter(
        10.0, "chosen by us, not tuned: a limit to what is tried", at_least=0
    )

    def prior(self, batch: "Batch") -> "Prior":
        """Return the process prior of this batch's latents."""
        import torch

        from bssbench.models.time_scales import spread
        from bssbench.priors.gaussian_process import GaussianProcessPrior

        bounds = self.length_scale_per_half_decay * batch.half_decay_lags
        scales = torch.tensor(spread(bounds, batch.latents), dtype=torch.float32)
        return GaussianProcessPrior(
            scales,
            batch.length,
            self.kernel,
            self.core,
            self.update_every,
            device=batch.device,
        )

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """State kernel and how often length-scales move."""
        k = self.update_every
        learned = f"learned once in {k} steps" if k > 1 else "learned at every step"
        return {
            "kernel": self.kernel,
            "length_scales": learned if k else "fixed",
        }

    def objection(self, size: Size) -> str:
        """Return the arithmetic that forbids this size; empty if no limit does."""
        core, series, recipe = self.chosen_core(), self.series(size), self.recipe(size)
        updates = 1 + ((recipe.steps - 1) // self.update_every if self.update_every else 0)
        if not CORES[core].keeps:
            updates = recipe.steps
        needed = operations(core, recipe.window) * series * updates
        minutes = needed / OPERATIONS_PER_SECOND / 60.0
        if minutes <= self.max_minutes:
            return super().objection(size)
        return (
            f"Gaussian process at length {recipe.window} by core {core}: {series} kernels "
            f"factorised {updates} times are {needed:.1e} operations ({minutes:.3g} min at "
            f"{OPERATIONS_PER_SECOND:.0e} per second); the limit is {self.max_minutes:g} min"
        )
