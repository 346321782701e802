"""The conditional prior of iVAE (Khemakhem et al., 2020), given the segment of time."""

from collections.abc import Mapping
from typing import Self

import torch
from torch import nn

from bssbench.errors import NotApplicable
from bssbench.priors.base import Prior

__all__ = ["SegmentwiseNormalPrior"]


class SegmentwiseNormalPrior(Prior):
    """White noise whose variance differs between segments of time, on each latent.

    p(z_t | u) = N(m_u, σ_u²) in segment u = ⌊t / (samples per segment)⌋. The σ_u are learned for
    each latent; the m_u are learned or zero.

    Parameters
    ----------
    replicates, latents : int
        Sizes of the batch.
    length : int
        Number of time points.
    segments : int, default=40
        Number of segments. All have equal length, except that the last may be shorter; short series
        may have fewer segments.
    learned_means : bool, default=False
        Whether the means are learned; otherwise they are zero.
    """

    relates_times = False

    def __init__(
        self,
        replicates: int,
        latents: int,
        length: int,
        segments: int = 40,
        learned_means: bool = False,
    ) -> None:
        super().__init__()
        self.length = length
        self.segment_length = -(-length // segments)
        shape = (replicates, latents, -(-length // self.segment_length))
        self.log_variance = nn.Parameter(torch.zeros(shape))
        self.mean = nn.Parameter(torch.zeros(shape)) if learned_means else None

    def _over_time(self, values: torch.Tensor, length: int) -> torch.Tensor:
        """Repeat values (replicate, latent, segment) for each sample of their segment."""
        repeated = values[..., None].expand(*values.shape, self.segment_length)
        return repeated.flatten(-2)[..., :length]

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate,) in nats; see `Prior.divergence`."""
        log_variance = self._over_time(self.log_variance, mean.shape[-1])
        offset = mean if self.mean is None else mean - self._over_time(self.mean, mean.shape[-1])
        log_ratio = 2.0 * torch.log(std) - log_variance
        standardised = (offset**2 + std**2) * torch.exp(-log_variance)
        return 0.5 * (standardised - log_ratio - 1.0).sum(-1).sum(-1)

    def resized(self, length: int) -> Self:
        """Return the prior itself, if the length is unchanged.

        Raises
        ------
        NotApplicable
            If the length differs, because segments outside training have no learned variance.
        """
        if length != self.length:
            raise NotApplicable("the segments of another series have no variances")
        return self

    @torch.no_grad()
    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw paths of shape (replicate, latent, length), at most as long as all segments."""
        noise = torch.randn((*self.log_variance.shape[:2], length), generator=generator)
        drawn = noise * self._over_time(torch.exp(0.5 * self.log_variance), length)
        return drawn if self.mean is None else drawn + self._over_time(self.mean, length)

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return standard deviations, and means if learned, (replicate, latent, segment)."""
        means = {} if self.mean is None else {"segment_mean": self.mean}
        return {"segment_std": torch.exp(0.5 * self.log_variance)} | means
