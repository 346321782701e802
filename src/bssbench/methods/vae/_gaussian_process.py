"""What the GP-VAEs share: everything but kernel and core."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.kernels.catalogue import CORES, chosen_core, core_module
from bssbench.kernels.limits import OPERATIONS_PER_SECOND, held_bytes, operations
from bssbench.methods import Problem, Size
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.separation import Separation

if TYPE_CHECKING:
    import torch

__all__ = ["GaussianProcessMethod"]


@dataclass(frozen=True)
class GaussianProcessMethod(VariationalMethod):
    """A VAE with a Gaussian process on each latent.

    The length-scales start spread between those that the half-decay lags of the fastest and the
    slowest source suggest (see `bssbench.models.time_scales`) and are learned at every k-th step.

    Attributes
    ----------
    core : str
        How divergence and gradient are computed: ``auto`` or a core by kernel inversion.
    update_every : int
        k; 0 keeps the length-scales where they start.
    max_minutes : float
        Longest training to try, by the number of operations that its factorisations take.
    max_megabytes : int
        Largest memory of what is kept of them.
    """

    kernel: ClassVar[str]
    length_scale_per_half_decay: ClassVar[float]

    core: str = "auto"
    update_every: int = 10
    max_minutes: float = 10.0
    max_megabytes: int = 4000

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.update_every, self.max_minutes, self.max_megabytes) < 0:
            raise ValueError("update_every, max_minutes and max_megabytes must not be negative")
        self._chosen_core()

    def _chosen_core(self) -> str:
        # The data sets' grids are regular; there the rule does not ask for the length.
        return chosen_core(self.core, "inversion", self.kernel, length=0)

    @property
    def loaded_modules(self) -> tuple[str, ...]:
        """The core's module, which is loaded by name."""
        return (core_module(self._chosen_core()),)

    def prior(self, components: np.ndarray, n_latents: int, length: int) -> "torch.nn.Module":
        """Return the process prior for each seed's restarts."""
        import torch

        from bssbench.models.time_scales import half_decay_lags, spread
        from bssbench.priors.gaussian_process import GaussianProcessPrior

        bounds = self.length_scale_per_half_decay * half_decay_lags(components)
        scales = torch.tensor(spread(bounds, n_latents), dtype=torch.float32)
        return GaussianProcessPrior(
            scales.repeat_interleave(self.chosen_restarts(n_latents), dim=0),
            length,
            self.kernel,
            self.core,
            self.update_every,
        )

    def describe(self, prior: Any, kept: np.ndarray) -> dict[str, Any]:
        """State kernel, core and how often length-scales move."""
        k = self.update_every
        learned = f"learned once in {k} steps" if k > 1 else "learned at every step"
        return {
            "kernel": self.kernel,
            "core": self._chosen_core(),
            "length_scales": learned if k else "fixed",
        }

    def _series(self, size: Size) -> int:
        return size.replicates * self.chosen_restarts(size.n_sources) * size.n_sources

    def _kept_megabytes(self, size: Size) -> int:
        core = self._chosen_core()
        return int(held_bytes(core, self.chosen_window(size.length), self._series(size)) / 1e6)

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory: nothing much where a limit forbids it."""
        kept = self._kept_megabytes(size)
        return super().megabytes(size) + (kept if kept <= self.max_megabytes else 0)

    def _refusal(self, size: Size) -> str:
        """Return the arithmetic that forbids this size; empty if nothing does."""
        core, series = self._chosen_core(), self._series(size)
        steps = self.chosen_steps(size.n_sources, size.nonlinear)
        updates = 1 + ((steps - 1) // self.update_every if self.update_every else 0)
        if not CORES[core].keeps:
            updates = steps
        length = self.chosen_window(size.length)
        needed = operations(core, length) * series * updates
        minutes = needed / OPERATIONS_PER_SECOND / 60.0
        kept = self._kept_megabytes(size)
        if minutes <= self.max_minutes and kept <= self.max_megabytes:
            return ""
        return (
            f"Gaussian process at length {length} by core {core}: {series} kernels factorised "
            f"{updates} times are {needed:.1e} operations ({minutes:.3g} min at "
            f"{OPERATIONS_PER_SECOND:.0e} per second), and {kept} MB are held; the limits are "
            f"{self.max_minutes:g} min and {self.max_megabytes} MB"
        )

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Train as the other VAEs do, unless a limit forbids it.

        Raises
        ------
        NotApplicable
            With the arithmetic, if training takes too many operations or holds too much.
        """
        refusal = self._refusal(problem.size)
        if refusal:
            raise NotApplicable(refusal)
        return super().separate(problem, progress)
