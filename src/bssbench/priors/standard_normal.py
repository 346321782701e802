"""The standard normal prior, without structure (the ablation)."""

import torch

from bssbench.priors.base import Prior

__all__ = ["StandardNormalPrior", "standard_normal_divergence"]


def standard_normal_divergence(mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """Return KL(q ‖ N(0, I)) for each latent.

    Parameters
    ----------
    mean : torch.Tensor
        Shape (replicate, latent, time).
    std : torch.Tensor
        Shape (replicate, latent, time) or (replicate, latent, 1).

    Returns
    -------
    torch.Tensor
        Shape (replicate, latent), in nats.
    """
    length = mean.shape[-1]
    spread = (std**2 - 2.0 * torch.log(std)).sum(-1) * (length / std.shape[-1])
    return 0.5 * ((mean**2).sum(-1) + spread - length)


class StandardNormalPrior(Prior):
    """Standard normal prior, z ~ N(0, I), which is invariant under rotations of the latents.

    Parameters
    ----------
    replicates, latents : int
        Sizes of the batch.
    """

    relates_times = False

    def __init__(self, replicates: int, latents: int) -> None:
        super().__init__()
        self.shape = (replicates, latents)

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate,) in nats; see `Prior.divergence`."""
        return standard_normal_divergence(mean, std).sum(-1)

    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw white noise of shape (replicate, latent, length)."""
        return torch.randn((*self.shape, length), generator=generator)
