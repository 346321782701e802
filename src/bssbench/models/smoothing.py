"""Smoothing of the posterior mean over time, with learned weights for each latent."""

import torch
from torch import nn

__all__ = ["Smoother"]

_REACH = 8
# All neighbours together change the mean as much as one weight of the map, so that each has a
# smaller learning rate.
_SCALE = 0.1


class Smoother(nn.Module):
    """Smoothed mean μ_t = Σ_k w_k m_{t + k d} for k from −8 to 8, with the pointwise mean m.

    A pointwise mean contains the sensor noise, which is correlated between latents. If a prior
    predicts its latent well, the prediction error consists mainly of this noise, and the prior
    favours latents with uncorrelated *noise* instead of the sources. Smoothing removes the noise
    before the prior is evaluated. The initial weights are w = (…, 0, 1, 0, …).

    Parameters
    ----------
    replicates, latents : int
        Sizes of the batch.
    spacing : int
        Spacing d, in samples.
    """

    def __init__(self, replicates: int, latents: int, spacing: int) -> None:
        super().__init__()
        self.spacing = spacing
        self.weights = nn.Parameter(torch.zeros(replicates, latents, 2 * _REACH + 1))

    def forward(self, mean: torch.Tensor) -> torch.Tensor:
        """Smooth a mean, with zeros beyond its ends.

        Parameters
        ----------
        mean : torch.Tensor
            Shape (replicate, latent, time).

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, time).
        """
        replicates, latents, length = mean.shape
        series = replicates * latents
        padded = nn.functional.pad(mean, (_REACH * self.spacing, _REACH * self.spacing))
        # The weights are stored without the 1 for the sample itself.
        added = nn.functional.conv1d(
            padded.reshape(1, series, -1),
            _SCALE * self.weights.reshape(series, 1, -1),
            groups=series,
            dilation=self.spacing,
        )
        return mean + added.reshape(replicates, latents, length)
