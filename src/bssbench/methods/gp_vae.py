"""GP-VAE (Casale et al., 2018; Fortuin et al., 2020): an exact Gaussian process on each latent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Problem, Size
from bssbench.methods._variational import VariationalMethod
from bssbench.separation import Separation

if TYPE_CHECKING:
    import torch

# A squared-exponential process has lost half of its correlation at √(2 ln 2) = 1.18 length-scales.
_LENGTH_SCALE_PER_HALF_DECAY = 0.85


@dataclass(frozen=True)
class Method(VariationalMethod):
    """VAE with an exact squared-exponential Gaussian process on each latent, solved by Cholesky.

    The length-scales start spread between those that the half-decay lags of the fastest and the
    slowest source suggest (see `bssbench.models.time_scales`) and are learned at every k-th step.

    Attributes
    ----------
    restarts : int
        One by default: each costs as much again as the first.
    update_every : int
        k; 0 keeps the length-scales where they start.
    max_length : int
        Longest series to try: a factorisation costs T³/3 operations, and the inverses are kept.
    max_megabytes : int
        Largest memory of the kept inverses.
    """

    restarts: int = 1
    update_every: int = 25
    max_length: int = 2000
    max_megabytes: int = 4000

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.update_every, self.max_length, self.max_megabytes) < 0:
            raise ValueError("update_every, max_length and max_megabytes must not be negative")

    def prior(self, components: np.ndarray, n_latents: int) -> "torch.nn.Module":
        """Return the process prior for each seed's restarts."""
        import torch

        from bssbench.models.time_scales import half_decay_lags, spread
        from bssbench.priors.gaussian_process import GaussianProcessPrior

        bounds = _LENGTH_SCALE_PER_HALF_DECAY * half_decay_lags(components)
        scales = torch.tensor(spread(bounds, n_latents), dtype=torch.float32)
        scales = scales.repeat_interleave(self.restarts, dim=0)
        return GaussianProcessPrior(scales, components.shape[-1], self.update_every)

    def describe(self) -> dict[str, Any]:
        """State the solver and how often length-scales move."""
        learned = f"learned at every {self.update_every}th step" if self.update_every else "fixed"
        return {"kernel": "squared exponential", "solver": "cholesky", "length_scales": learned}

    def _kept_megabytes(self, size: Size) -> int:
        """Return the size of the inverses, in single precision."""
        matrices = size.replicates * self.restarts * size.n_sources
        return int(matrices * size.length**2 * 4 / 1e6)

    def _forbidden(self, size: Size) -> bool:
        too_large = self._kept_megabytes(size) > self.max_megabytes
        return size.length > self.max_length or too_large

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory: nothing much where a limit forbids it."""
        base = super().megabytes(size)
        if self._forbidden(size):
            return base
        # Beside the inverses, the double-precision matrices of the one replicate at work.
        working = int(size.n_sources * size.length**2 * 8 * 10 / 1e6)
        return base + self._kept_megabytes(size) + working

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Train as the other VAEs do, unless a limit forbids it.

        Raises
        ------
        NotApplicable
            With the arithmetic, if the series is too long or the inverses too large.
        """
        size = problem.size
        if self._forbidden(size):
            matrices = size.replicates * self.restarts * size.n_sources
            steps = self.chosen_steps(problem.n_sources, problem.nonlinear)
            updates = 1 + ((steps - 1) // self.update_every if self.update_every else 0)
            operations = 3 * size.length**3 * matrices * updates
            kept = self._kept_megabytes(size)
            raise NotApplicable(
                f"exact Gaussian process at length {size.length}: {matrices} matrices, factorised, "
                f"inverted and differentiated (3 T^3) {updates} times, are {operations:.1e} "
                f"operations and {kept} MB of inverses; the limits are length {self.max_length} "
                f"and {self.max_megabytes} MB"
            )
        return super().separate(problem, progress)
