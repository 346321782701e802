"""A batch of variational autoencoders over time series."""

import math

import numpy as np
import torch
from torch import nn

from bssbench.models.maps import PointwiseMap
from bssbench.priors import Prior
from bssbench.randomness import random_rotation

__all__ = ["BatchedVAE"]

_INITIAL_STD = 0.3


class BatchedVAE(nn.Module):
    """Encoder and decoder pointwise in time around a prior that is not.

    q(z_{i,t}) = N(μ_{i,t}, s_i²) with μ = encoder(x) and one learned s_i per latent; the decoder's
    output is the mean of x with a variance v that the training sets.

    Parameters
    ----------
    n_components : int
        Number of whitened channels.
    n_latents : int
        Number of latents, at most as many.
    generators : list of numpy.random.Generator
        One per replicate, for the initial values; a replicate's depend on its own alone.
    prior : torch.nn.Module
        A `bssbench.priors.Prior`.
    nonlinear : bool
        Whether encoder and decoder have a network beside their linear part.
    """

    def __init__(
        self,
        n_components: int,
        n_latents: int,
        generators: list[np.random.Generator],
        prior: nn.Module,
        nonlinear: bool,
    ) -> None:
        super().__init__()
        rotations = np.stack([random_rotation(g, n_components)[:n_latents] for g in generators])
        self.encoder = PointwiseMap(rotations, generators, nonlinear)
        self.decoder = PointwiseMap(np.swapaxes(rotations, 1, 2), generators, nonlinear)
        self.nonlinear = nonlinear
        initial = torch.full((len(generators), n_latents, 1), math.log(_INITIAL_STD))
        self.log_std = nn.Parameter(initial)
        self.prior: Prior = prior  # type: ignore[assignment]

    @property
    def needs_noise(self) -> bool:
        """Whether the objective is estimated from a posterior draw for want of a closed form."""
        return self.nonlinear or self.prior.needs_sample

    def objective(
        self, observations: torch.Tensor, variance: float, noise: torch.Tensor | None
    ) -> torch.Tensor:
        """Return the negative objective of each replicate, in nats per time point.

        Parameters
        ----------
        observations : torch.Tensor
            Shape (replicate, component, time), whitened.
        variance : float
            v, of the decoder's output.
        noise : torch.Tensor or None
            Standard normal, shape (replicate, latent, time); given if `needs_noise`.

        Returns
        -------
        torch.Tensor
            Shape (replicate,).
        """
        mean = self.encoder(observations)
        std = torch.exp(self.log_std)
        sample = mean + std * noise if noise is not None else None
        length = observations.shape[-1]
        if self.nonlinear:
            error = ((observations - self.decoder(sample)) ** 2).sum((1, 2))
        else:
            # A linear decoder's expected error is its error at the mean plus the spread it passes
            # on.
            at_mean = ((observations - self.decoder(mean)) ** 2).sum((1, 2))
            gain = (self.decoder.weight**2).sum(1)
            error = at_mean + length * (gain * std[..., 0] ** 2).sum(1)
        constant = 0.5 * observations.shape[1] * math.log(2.0 * math.pi * variance)
        divergence = self.prior.divergence(mean, std, sample)
        return (0.5 * error / variance + divergence) / length + constant
