"""Shared base of the GP-VAEs; a subclass sets the kernel and the core."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bssbench.kernels.catalogue import CORES
from bssbench.kernels.limits import OPERATIONS_PER_SECOND, operations
from bssbench.methods import Size
from bssbench.methods.vae._kernel_method import KernelMethod
from bssbench.parameters import parameter

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior

# Length-scale over half-decay lag, the lag at which the kernel falls to one half.
_LENGTH_SCALE_PER_HALF_DECAY = {
    "squared-exponential": 0.85,
    "matern-1/2": 1.44,
    "matern-3/2": 1.03,
    "matern-5/2": 0.96,
}


@dataclass(frozen=True)
class GaussianProcessMethod(KernelMethod):
    """VAE with a Gaussian process on each latent.

    The initial length-scales are spread between two values, which follow from the half-decay lags
    of the fastest and the slowest source (see `bssbench.models.time_scales`). They are updated
    every k-th gradient step.

    Attributes
    ----------
    update_every : int
        k; 0 keeps the initial length-scales.
    max_minutes : float
        Limit on the training time, estimated from the operations of the factorisations.
    start_factor : float
        Factor by which the initial length-scales are multiplied.
    """

    family = "inversion"
    shared: ClassVar[bool] = False

    update_every: int = parameter(
        10, "chosen by us, not tuned on scores: each update costs T²", at_least=0
    )
    max_minutes: float = parameter(
        10.0, "chosen by us, not tuned: a limit to what is tried", at_least=0
    )

    start_factor: float = parameter(
        1.0, "the rule; another shows whether learning depends on where it starts", above=0
    )

    def prior(self, batch: "Batch") -> "Prior":
        """Return the Gaussian process prior of this batch's latents."""
        import torch

        from bssbench.models.time_scales import spread
        from bssbench.priors.gaussian_process import GaussianProcessPrior

        bounds = _LENGTH_SCALE_PER_HALF_DECAY[self.kernel] * batch.half_decay_lags
        starts = self.start_factor * spread(bounds, 1 if self.shared else batch.latents)
        return GaussianProcessPrior(
            torch.tensor(starts, dtype=torch.float32).expand(-1, batch.latents),
            batch.length,
            self.kernel,
            self.core,
            self.update_every,
            shared=self.shared,
            device=batch.device,
        )

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """Return the kernel and how often the length-scales are updated."""
        k = self.update_every
        learned = f"learned once in {k} steps" if k > 1 else "learned at every step"
        return {
            "kernel": self.kernel,
            "length_scales": learned if k else "fixed",
            "shared": self.shared,
            "start_factor": self.start_factor,
        }

    @property
    def nanoseconds(self) -> float:
        """CPU time of a gradient step per latent value in ns, without the factorisations."""
        return 80.0

    def updates(self, size: Size) -> int:
        """Return how many times each kernel is factorised."""
        steps = self.recipe(size).steps
        if not CORES[self.chosen_core()].keeps:
            return steps
        return 1 + ((steps - 1) // self.update_every if self.update_every else 0)

    def operations(self, size: Size) -> float:
        """Return the number of operations of all factorisations."""
        window = self.recipe(size).window
        return operations(self.chosen_core(), window) * self.series(size) * self.updates(size)

    def seconds(self, size: Size) -> int:
        """Return a rough estimate of the CPU time of `separate`, factorisations included."""
        return super().seconds(size) + int(self.operations(size) / OPERATIONS_PER_SECOND)

    def objection(self, size: Size) -> str:
        """Return why this size exceeds a limit; empty if it does not."""
        core, series, recipe = self.chosen_core(), self.series(size), self.recipe(size)
        updates, needed = self.updates(size), self.operations(size)
        minutes = needed / OPERATIONS_PER_SECOND / 60.0
        if minutes <= self.max_minutes:
            return super().objection(size)
        return (
            f"Gaussian process at length {recipe.window} by core {core}: {series} kernels "
            f"factorised {updates} times are {needed:.1e} operations ({minutes:.3g} min at "
            f"{OPERATIONS_PER_SECOND:.0e} per second); the limit is {self.max_minutes:g} min"
        )
