"""What the AR-Flow VAEs share: an autoregressive flow on each latent."""

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
    """A VAE with an autoregressive flow on each latent, or one for all.

    Attributes
    ----------
    order : int
        Number of past samples that a latent's present depends on one by one.
    octaves : int
        Number of blocks of the further past, each twice as long as the one before, that it depends
        on by their means.
    spacing : int or None
        Samples between one lag and the next; by rule as far apart as the observations' band allows
        (see `bssbench.models.time_scales.lag_spacings`).
    layers : int
        Number of autoregressive layers, one upon the other.
    hidden_units : int
        Of a network that the conditional mean has beside its linear part; 0 for none.
    state_dependent_scale : bool
        Whether that network also sets the scale of the innovations.
    network_scale : float
        Of the prior on that network's weights, which keeps it out of what is linear; 0 for none.
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
    # A free network is by far the likelier one for waveforms, by far the less likely one for all
    # else; with a prior on its weights it is as good as none where none is needed. Two layers are
    # likelier on one data set of four.
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
        """How many numbers are made of a latent value: each lag makes two."""
        return (2 * (self.order + 4 * self.octaves) + 4 * self.hidden_units) * self.layers

    @property
    def nanoseconds(self) -> float:
        """CPU time of a gradient step for each latent value: as measured, one for each copy."""
        return super().nanoseconds + self.copies

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory, which holds all copies."""
        latents = self.series(size) * self.recipe(size).window
        return super().megabytes(size) + int(latents * self.copies * 4 / 1e6)

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """State the form of the flow; its lags in units of the spacing, which each seed has one of.

        Each feature of the past is the mean over the lags from its first to its last.
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
