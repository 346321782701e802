"""iVAE (Khemakhem et al., 2020): a prior that depends on the segment of time."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bssbench.methods import Size
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.models.recipe import Recipe
from bssbench.parameters import parameter

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior


@dataclass(frozen=True)
class Method(VariationalMethod):
    """VAE with a normal prior whose variances differ between segments of time.

    It separates sources whose variances change over time in different ways. This includes slow
    sources, because their power in a short segment varies. The encoder receives only the
    observations, as in every VAE here. In the paper, the encoder also receives the segment, and a
    network computes the variances from the segment's number.

    Attributes
    ----------
    segments : int
        Number of segments of equal length. The default is that of the paper's simulations, whose
        segments have more samples.
    learned_means : bool
        Whether each segment also has a learned mean; otherwise the mean is zero, as in the authors'
        code.
    """

    # The variance of a segment can be learned from that segment only.
    has_held_out_objective = False

    window: int | None = parameter(None, "none: each step needs all segments")
    segments: int = parameter(40, "Khemakhem et al., 2020, simulations: 40 segments", at_least=1)
    learned_means: bool = parameter(False, "the authors' code: means of zero")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.window is not None:
            raise ValueError(f"each step needs all segments: there is no window of {self.window}")

    def prior(self, batch: "Batch") -> "Prior":
        """Return the segmentwise prior of this batch's latents."""
        from bssbench.priors.segmentwise_normal import SegmentwiseNormalPrior

        return SegmentwiseNormalPrior(
            batch.replicates, batch.latents, batch.length, self.segments, self.learned_means
        )

    def recipe(self, size: Size, device: str = "cpu") -> Recipe:
        """Return the training settings; each step uses the whole series, to learn all segments."""
        return replace(super().recipe(size, device), window=size.length)

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """Return the form of the prior."""
        means = "learned" if self.learned_means else "zero"
        return {"segments": self.segments, "means_of_segments": means}
