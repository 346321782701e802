"""iVAE (Khemakhem et al., 2020): a prior that depends on the segment of time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bssbench.methods.vae._variational import VariationalMethod

if TYPE_CHECKING:
    import torch


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
    judged_on_held_out_time: ClassVar[bool] = False

    segments: int = 40
    learned_means: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.segments < 1:
            raise ValueError(f"segments must be at least 1, not {self.segments}")
        if self.window:
            raise ValueError(f"each step needs all segments: window must be 0, not {self.window}")

    def prior(self, components: np.ndarray, n_latents: int, length: int) -> "torch.nn.Module":
        """Return the segmentwise prior for each seed's restarts."""
        from bssbench.priors.segmentwise_normal import SegmentwiseNormalPrior

        return SegmentwiseNormalPrior(
            len(components) * self.chosen_restarts(n_latents),
            n_latents,
            length,
            self.segments,
            self.learned_means,
        )

    def chosen_window(self, length: int) -> int:
        """Return all of the time: every segment has variances to be learned."""
        return length

    def describe(self, prior: Any, kept: np.ndarray) -> dict[str, Any]:
        """State the form of the prior."""
        means = "learned" if self.learned_means else "zero"
        return {"segments": self.segments, "means_of_segments": means}
