"""What the SKR-VAEs share: a kernel regression on each latent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bssbench.errors import NotApplicable
from bssbench.kernels.catalogue import chosen_core, core_module
from bssbench.kernels.limits import held_bytes
from bssbench.methods import Problem, Size
from bssbench.methods.vae._gaussian_process import EXACT_CORE, TRIED
from bssbench.methods.vae._variational import VariationalMethod, check
from bssbench.parameters import parameter
from bssbench.separation import Separation

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior

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
    regularisation : float or None
        Weight of the divergence from N(0, I) beside the regression's, which holds the latents'
        scale; by rule 1, for nonlinear mixing 0.1, because it has the posterior's entropy a second
        time, which there the decoder's Jacobian can be bent to.
    shortest_bandwidth, longest_bandwidth : float or None
        In samples; by rule as above.
    core : str
        How the regression is computed: ``auto`` or a core by kernel regression.
    max_megabytes : int
        Largest memory of what the core keeps.
    """

    shared: ClassVar[bool] = False

    regularisation: float | None = parameter(
        None,
        "rule: the design's 1, for nonlinear mixing 0.1, by the separation of development seeds "
        "0-9",
    )
    shortest_bandwidth: float | None = parameter(
        None, "rule: from the half-decay lag of the fastest source"
    )
    longest_bandwidth: float | None = parameter(
        None, "rule: from the half-decay lag of the slowest source"
    )
    core: str = parameter("auto", EXACT_CORE)
    max_megabytes: int = parameter(4000, TRIED)

    def __post_init__(self) -> None:
        super().__post_init__()
        check(self, at_least={"regularisation": 0, "max_megabytes": 0})
        check(self, above_zero=("shortest_bandwidth", "longest_bandwidth"))
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

    def prior(self, batch: "Batch") -> "Prior":
        """Return the regression prior of this batch's latents."""
        import torch

        from bssbench.models.time_scales import spread
        from bssbench.priors.kernel_regression import KernelRegressionPrior

        bounds = _BANDWIDTH_PER_HALF_DECAY * batch.half_decay_lags
        for column, chosen in enumerate((self.shortest_bandwidth, self.longest_bandwidth)):
            bounds[:, column] = chosen or bounds[:, column]
        spreaded = spread(bounds, 1 if self.shared else batch.latents)
        return KernelRegressionPrior(
            torch.tensor(spreaded).expand(-1, batch.latents).contiguous(),
            batch.length,
            self._weight(batch.nonlinear),
            self.core,
            self._freedom(),
            self.shared,
            batch.lag_spacing,
        )

    def _weight(self, nonlinear: bool) -> float:
        """Return `regularisation`, or what it is by rule."""
        by_rule = 0.1 if nonlinear else 1.0
        return by_rule if self.regularisation is None else self.regularisation

    def _kept_megabytes(self, size: Size) -> float:
        window = self.recipe(size).window
        return held_bytes(self._chosen_core(), window, self.series(size)) / 1e6

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory, with the weights that the core keeps."""
        kept = self._kept_megabytes(size)
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
        size = problem.size
        kept = self._kept_megabytes(size)
        if kept > self.max_megabytes:
            raise NotApplicable(
                f"kernel regression at length {self.recipe(size).window} by core "
                f"{self._chosen_core()}: weights of {self.series(size)} series are {kept:.0f} MB; "
                f"the limit is {self.max_megabytes} MB"
            )
        return super().separate(problem, progress)

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """State the form of the regression and its core."""
        freedom = self._freedom()
        return {
            "regression": {
                "kernel": "squared-exponential",
                "leave_one_out": True,
                "shared": self.shared,
            },
            "core": self._chosen_core(),
            "regularisation": self._weight(nonlinear),
            # One for each seed.
            "spacing": lag_spacings,
            "length_scales": f"learned within {freedom:g} octaves" if freedom else "fixed",
        }
