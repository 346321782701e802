"""Averaging the posterior's mean over neighbouring times, each latent with weights of its own."""

import torch
from torch import nn

from bssbench.priors.spacings import rows_by_spacing

__all__ = ["Smoother"]

_REACH = 8
# Many neighbours together move the mean as far as one weight of the map: each learns more slowly.
_SCALE = 0.1


class Smoother(nn.Module):
    """μ_t = Σ_k w_k m_{t + k d} for k from −8 to 8, of m the pointwise map of the observations.

    A pointwise mean carries the sensors' noise, which is correlated between latents. A prior that
    foretells its latent well then sees little but that noise, and is likeliest where the *noise* is
    uncorrelated, not where the latents are sources. What the posterior's mean averages out the
    prior does not see. It starts at w = (…, 0, 1, 0, …).

    Parameters
    ----------
    spacings : sequence of int
        d for each replicate, in samples.
    latents : int
        Number of latents.
    """

    def __init__(self, spacings: list[int], latents: int) -> None:
        super().__init__()
        self.spacings = tuple(spacings)
        self.weights = nn.Parameter(torch.zeros(len(spacings), latents, 2 * _REACH + 1))

    def forward(self, mean: torch.Tensor) -> torch.Tensor:
        """Return the averages of `mean`, (replicate, latent, time), with zeros beyond its ends."""
        added = torch.empty_like(mean)
        for spacing, rows in rows_by_spacing(self.spacings, mean.device):
            added[rows] = self._averages(mean[rows], self.weights[rows], spacing)
        return mean + added

    def _averages(self, mean: torch.Tensor, weights: torch.Tensor, spacing: int) -> torch.Tensor:
        """Return what the weights, less one for the sample itself, make of the mean."""
        replicates, latents, length = mean.shape
        series = replicates * latents
        padded = nn.functional.pad(mean, (_REACH * spacing, _REACH * spacing))
        return nn.functional.conv1d(
            padded.reshape(1, series, -1),
            _SCALE * weights.reshape(series, 1, -1),
            groups=series,
            dilation=spacing,
        ).reshape(replicates, latents, length)
