"""Shared base of the SKR-VAEs: a kernel regression on each latent."""

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
    """VAE with a kernel regression on each latent.

    The initial bandwidths are spread geometrically. The limits are 0.42 times the half-decay lags
    of the fastest and the slowest source, which are estimated from the observations (see
    `bssbench.models.time_scales`).

    Attributes
    ----------
    regularisation : float or None
        Weight of the divergence from N(0, I), which fixes the latents' scale. None: 1 for linear
        mixing and 0.1 for nonlinear mixing. The weight is smaller for nonlinear mixing because the
        term counts the posterior's entropy a second time, and a nonlinear decoder can deform itself
        to increase that entropy.
    shortest_bandwidth, longest_bandwidth : float or None
        Limits of the bandwidths in samples. None: the rule above.
    spacing : int or None
        Spacing of the regression's time points in samples. None: the largest spacing that resolves
        the observations' band (see `bssbench.models.time_scales.lag_spacings`).
    uncorrelated : bool
        Whether correlations between latents are penalised.
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
        """Largest change of a bandwidth by learning, in octaves."""
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
        """Return `regularisation`, or its default for this kind of mixing."""
        by_rule = 0.1 if nonlinear else 1.0
        return by_rule if self.regularisation is None else self.regularisation

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """Return the form of the regression."""
        bandwidths = f"learned within {self.freedom:g} octaves" if self.freedom else "fixed"
        return {
            "regression": {
                "kernel": self.kernel,
                "leave_one_out": True,
                "shared": self.shared,
                "uncorrelated": self.uncorrelated,
            },
            "regularisation": self._weight(nonlinear),
            # One value per seed.
            "spacing": [self.spacing or spacing for spacing in lag_spacings],
            "length_scales": bandwidths,
        }
