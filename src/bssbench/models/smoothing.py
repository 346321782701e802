"""Averaging the posterior's mean over neighbouring times, each latent with weights of its own."""

import torch
from torch import nn

__all__ = ["Smoother"]

_REACH = 8
# Many neighbours together move the mean as far as one weight of the map: each learns more slowly.
_SCALE = 0.1


class Smoother(nn.Module):
    """μ_t = Σ_k w_k m_{t + k d} for k from −8 to 8, of m the pointwise map of the observations.

    A pointwise mean carries the sensors' noise, which is correlated between latents. A prior that
    foretells its latent well then sees little but that noise, and is likeliest where the *noise* is
    uncorrelated, not where the latents are sources. What the posterior's mean averages out the
    prior does not see. It starts at w = (…, 0, 1, 0, …). The spacing d is in samples.
    """

    def __init__(self, replicates: int, latents: int, spacing: int) -> None:
        super().__init__()
        self.spacing = spacing
        self.weights = nn.Parameter(torch.zeros(replicates, latents, 2 * _REACH + 1))

    def forward(self, mean: torch.Tensor) -> torch.Tensor:
        """Return the averages of `mean`, (replicate, latent, time), with zeros beyond its ends."""
        replicates, latents, length = mean.shape
        series = replicates * latents
        padded = nn.functional.pad(mean, (_REACH * self.spacing, _REACH * self.spacing))
        # What the weights, less one for the sample itself, make of the mean.
        added = nn.functional.conv1d(
            padded.reshape(1, series, -1),
            _SCALE * self.weights.reshape(series, 1, -1),
            groups=series,
            dilation=self.spacing,
        )
        return mean + added.reshape(replicates, latents, length)
