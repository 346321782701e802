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
    """VAE with a normal prior whose variances change from one segment of time to the next.

    Sources whose variance changes over time, each in its own way, are told apart; slow ones too,
    whose power within a short segment is another in each. The encoder sees the observations alone,
    as in every VAE here; the paper's is given the segment as well, and a network there makes the
    variances of the segment's number.

    Attributes
    ----------
    segments : int
        Segments of equal length; 40 as in the paper's simulations, there of more samples each.
    learned_means : bool
        Whether each segment has a mean of its own as well; zero, as in the authors' code, if not.
    """

    # What a segment's variance is, is known from that segment alone.
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
        """Return how to train: on all of the time, as every segment has variances to be learned."""
        return replace(super().recipe(size, device), window=size.length)

    def describe(self, nonlinear: bool, lag_spacings: list[int]) -> dict[str, Any]:
        """State the form of the prior."""
        means = "learned" if self.learned_means else "zero"
        return {"segments": self.segments, "means_of_segments": means}
