"""Shared base of the AR-Flow VAEs: an autoregressive flow on each latent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from bssbench.methods import Size
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.parameters import parameter

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior

BASES = ("mixture", "normal", "laplace", "spline")
_HELD_OUT = "held-out time, development seeds 0-9: results/extended/selection.csv"


@dataclass(frozen=True)
class FlowMethod(VariationalMethod):
    """VAE with an autoregressive flow on each latent, or one flow for all latents.

    Attributes
    ----------
    order : int
        Number of lags, each of which is a separate input of the flow.
    octaves : int
        Number of blocks of older samples, whose means are further inputs. Each block is twice as
        long as the previous one.
    spacing : int or None
        Spacing of the lags in samples. None: the largest spacing that resolves the observations'
        band (see `bssbench.models.time_scales.lag_spacings`).
    layers : int
        Number of stacked autoregressive layers.
    hidden_units : int
        Hidden units of the network that is added to the linear part of the conditional mean; 0 for
        no network.
    state_dependent_scale : bool
        Whether the network also sets the scale of the innovations.
    network_scale : float
        Scale of the prior on the network's weights, which leaves linear dependence to the linear
        part; 0 for no such prior.
    base : str
        Distribution of the innovations: mixture (of four Gaussians), normal, laplace or spline.
    """

    shared: ClassVar[bool] = False

    order: int = parameter(
        8, "the design's prototypes; on held-out time: results/selection.csv", at_least=1
    )
    octaves: int = parameter(
        2, "development seeds 0-9; on held-out time: results/selection.csv", at_least=0
    )
    spacing: int | None = parameter(
        None, "rule: the band that the observations' power lies in", at_least=1
    )
    # By held-out likelihood, a network without a prior on its weights is far better for waveforms
    # and far worse for all other families. With the prior it does no harm where it is not needed.
    # Two layers are better on one data set in four.
    layers: int = parameter(1, _HELD_OUT, at_least=1)
    hidden_units: int = parameter(16, _HELD_OUT, at_least=0)
    state_dependent_scale: bool = parameter(True, _HELD_OUT)
    network_scale: float = parameter(0.1, _HELD_OUT, at_least=0)
    base: str = parameter("mixture", _HELD_OUT, choices=BASES)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.octaves and self.order & (self.order - 1):
            raise ValueError(f"with octaves the order must be a power of two, not {self.order}")

    def prior(self, batch: "Batch") -> "Prior":
        """Return the flow prior of this batch's latents."""
        from bssbench.priors.autoregressive_flow import AutoregressiveFlowPrior, FlowForm

        form = FlowForm(
            self.order,
            self.octaves,
            self.layers,
            self.hidden_units,
            self.state_dependent_scale,
            self.base,
            self.network_scale,
        )
        return AutoregressiveFlowPrior(
            batch.replicates,
            batch.latents,
            self.spacing or batch.lag_spacing,
            form,
            self.shared,
            batch.length / batch.whole_length,
        )

    @property
    def copies(self) -> int:
        """Number of intermediate values per latent value; each lag creates two."""
        return (2 * (self.order + 4 * self.octaves) + 4 * self.hidden_units) * self.layers

    @property
    def nanoseconds(self) -> float:
        """CPU time of a gradient step per latent value: a measured 1 ns per intermediate value."""
        return super().nanoseconds + self.copies

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory, with all intermediate values."""
        latents = self.series(size) * self.recipe(size).window
        return super().megabytes(size) + int(latents * self.copies * 4 / 1e6)

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """Return the form of the flow, and the spacing of its lags for each seed.

        Each feature of the past is the mean over the lags from its first to its last, in units of
        the spacing.
        """
        from bssbench.priors.past import feature_lags

        lags = feature_lags(self.order, self.octaves)
        return {
            "flow": {
                "layers": self.layers,
                "lags": [[span[0], span[-1]] for span in lags],
                "hidden_units": self.hidden_units,
                "state_dependent_scale": self.state_dependent_scale and self.hidden_units > 0,
                "base": self.base,
                "shared": self.shared,
            },
            "spacing": [self.spacing or spacing for spacing in lag_spacings],
        }
