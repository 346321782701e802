"""What the SKR-VAEs share: a kernel regression on each latent."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.kernels.catalogue import chosen_core, core_module
from bssbench.kernels.limits import held_bytes
from bssbench.methods import Problem, Size
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.separation import Separation

if TYPE_CHECKING:
    import torch

__all__ = ["KernelRegressionMethod"]

# The autocorrelation of a squared-exponential process falls to one half at 1.18 length-scales, and
# half a length-scale is a good bandwidth: 0.5 / 1.18.
_BANDWIDTH_PER_HALF_DECAY = 0.42


@dataclass(frozen=True)
class KernelRegressionMethod(VariationalMethod):
    """A VAE with a kernel regression on each latent.

    The bandwidths start spread geometrically between 0.42 times the half-decay lags of the fastest
    and the slowest source, which are read off the observations (see `bssbench.models.time_scales`).

    Attributes
    ----------
    regularisation : float
        Weight of the divergence from N(0, I) beside the regression's, which holds the latents'
        scale; 0 for the rule: 1, for nonlinear mixing 0.1, because it has the posterior's entropy a
        second time, which there the decoder's Jacobian can be bent to.
    shortest_bandwidth, longest_bandwidth : float
        In samples; 0 for the rule.
    core : str
        How the regression is computed: ``auto`` or a core by kernel regression.
    max_megabytes : int
        Largest memory of what the core keeps.
    """

    shared: ClassVar[bool] = False

    regularisation: float = 0.0
    shortest_bandwidth: float = 0.0
    longest_bandwidth: float = 0.0
    core: str = "auto"
    max_megabytes: int = 4000

    def __post_init__(self) -> None:
        super().__post_init__()
        if min(self.regularisation, self.shortest_bandwidth, self.longest_bandwidth) < 0:
            raise ValueError("regularisation and bandwidths must not be negative")
        self._chosen_core()

    def _chosen_core(self) -> str:
        # The data sets' grids are regular; there the rule does not ask for the length.
        return chosen_core(self.core, "regression", "squared-exponential", length=0)

    def _freedom(self) -> float:
        """Return how far learning may move a bandwidth, in octaves."""
        return 0.0

    @property
    def loaded_modules(self) -> tuple[str, ...]:
        """The core's module, which is loaded by name."""
        return (core_module(self._chosen_core()),)

    def prior(self, components: np.ndarray, n_latents: int, length: int) -> "torch.nn.Module":
        """Return the regression prior for each seed's restarts."""
        import torch

        from bssbench.models.time_scales import half_decay_lags, lag_spacings, spread
        from bssbench.priors.kernel_regression import KernelRegressionPrior

        bounds = _BANDWIDTH_PER_HALF_DECAY * half_decay_lags(components)
        for column, chosen in enumerate((self.shortest_bandwidth, self.longest_bandwidth)):
            bounds[:, column] = chosen or bounds[:, column]
        count = 1 if self.shared else n_latents
        restarts = self.chosen_restarts(n_latents)
        bandwidths = np.broadcast_to(spread(bounds, count), (len(bounds), n_latents))
        return KernelRegressionPrior(
            torch.tensor(np.repeat(bandwidths, restarts, axis=0)),
            length,
            self.regularisation,
            self.core,
            self._freedom(),
            self.shared,
            [spacing for spacing in lag_spacings(components) for _ in range(restarts)],
        )

    def _series(self, size: Size) -> int:
        return size.replicates * self.chosen_restarts(size.n_sources) * size.n_sources

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory, with the weights that the core keeps."""
        series = self._series(size)
        kept = held_bytes(self._chosen_core(), self.chosen_window(size.length), series) / 1e6
        # Beyond the limit nothing is tried.
        return super().megabytes(size) + (int(kept) if kept <= self.max_megabytes else 0)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Train as the other VAEs do, unless the weights would be too large.

        Raises
        ------
        NotApplicable
            With the size of what the core keeps.
        """
        size, core = problem.size, self._chosen_core()
        series = self._series(size)
        length = self.chosen_window(size.length)
        kept = held_bytes(core, length, series) / 1e6
        if kept > self.max_megabytes:
            raise NotApplicable(
                f"kernel regression at length {length} by core {core}: weights of {series} "
                f"series are {kept:.0f} MB; the limit is {self.max_megabytes} MB"
            )
        return VariationalMethod.separate(self._regularised(problem), problem, progress)

    def held_out(self, problem: Problem) -> np.ndarray:
        """Return the objective on the last fifth of the time, as the other VAEs do."""
        return VariationalMethod.held_out(self._regularised(problem), problem)

    def _regularised(self, problem: Problem) -> Self:
        """Return this method with the weight that the rule gives it, if none is set."""
        of_rule = 0.1 if problem.nonlinear else 1.0
        return replace(self, regularisation=self.regularisation or of_rule)

    def describe(self, prior: Any, kept: np.ndarray) -> dict[str, Any]:
        """State the form of the regression and its core."""
        freedom = self._freedom()
        of = "one bandwidth for all latents" if self.shared else "a bandwidth for each latent"
        return {
            "regression": f"leave-one-out, squared-exponential weights, {of}",
            "core": self._chosen_core(),
            "regularisation": self.regularisation,
            # One for each seed.
            "spacing": [prior.spacings[one] for one in kept],
            "length_scales": f"learned within {freedom:g} octaves" if freedom else "fixed",
        }
