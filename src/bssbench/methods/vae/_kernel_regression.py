"""What the SKR-VAEs share: a kernel regression on each latent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bssbench.errors import InputError
from bssbench.methods.vae._kernel_method import KernelMethod
from bssbench.parameters import parameter

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior

# The autocorrelation of a squared-exponential process falls to one half at 1.18 length-scales, and
# half a length-scale is a good bandwidth: 0.5 / 1.18.
_BANDWIDTH_PER_HALF_DECAY = 0.42


@dataclass(frozen=True)
class KernelRegressionMethod(KernelMethod):
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
    spacing : int or None
        Samples between neighbouring times of the regression; by rule as far apart as the
        observations' band allows (see `bssbench.models.time_scales.lag_spacings`).
    uncorrelated : bool
        Whether the latents are asked to be uncorrelated, by a penalty.
    """

    family = "regression"
    kernel = "squared-exponential"
    shared: ClassVar[bool] = False

    regularisation: float | None = parameter(
        None,
        "rule: the design's 1, for nonlinear mixing 0.1, by the separation of development seeds "
        "0-9",
        at_least=0,
    )
    shortest_bandwidth: float | None = parameter(
        None, "rule: from the half-decay lag of the fastest source", above=0
    )
    longest_bandwidth: float | None = parameter(
        None, "rule: from the half-decay lag of the slowest source", above=0
    )
    spacing: int | None = parameter(
        None, "rule: the band that the observations' power lies in", at_least=1
    )
    uncorrelated: bool = parameter(
        True, "by the separation of development seeds 0-9 of nonlinear mixing"
    )

    @property
    def freedom(self) -> float:
        """How far learning may move a bandwidth, in octaves."""
        return 0.0

    def prior(self, batch: "Batch") -> "Prior":
        """Return the regression prior of this batch's latents."""
        import torch

        from bssbench.models.time_scales import spread
        from bssbench.priors.kernel_regression import KernelRegressionPrior

        spacing = self.spacing or batch.lag_spacing
        if spacing > batch.length // 2:
            raise InputError(
                f"spacing {spacing}: in {batch.length} samples no time has another to be regressed "
                f"on; at most {batch.length // 2}"
            )
        bounds = _BANDWIDTH_PER_HALF_DECAY * batch.half_decay_lags
        for column, chosen in enumerate((self.shortest_bandwidth, self.longest_bandwidth)):
            bounds[:, column] = chosen or bounds[:, column]
        bandwidths = spread(bounds, 1 if self.shared else batch.latents)
        return KernelRegressionPrior(
            torch.tensor(bandwidths).expand(-1, batch.latents).contiguous(),
            batch.length,
            self._weight(batch.nonlinear),
            self.core,
            self.freedom,
            self.shared,
            spacing,
            self.uncorrelated,
            device=batch.device,
        )

    def _weight(self, nonlinear: bool) -> float:
        """Return `regularisation`, or what it is by rule."""
        by_rule = 0.1 if nonlinear else 1.0
        return by_rule if self.regularisation is None else self.regularisation

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """State the form of the regression."""
        bandwidths = f"learned within {self.freedom:g} octaves" if self.freedom else "fixed"
        return {
            "regression": {
                "kernel": self.kernel,
                "leave_one_out": True,
                "shared": self.shared,
                "uncorrelated": self.uncorrelated,
            },
            "regularisation": self._weight(nonlinear),
            # One for each seed.
            "spacing": [self.spacing or spacing for spacing in lag_spacings],
            "length_scales": bandwidths,
        }
