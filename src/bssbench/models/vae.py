"""A batch of variational autoencoders over time series."""

import math
from collections.abc import Callable, Sequence
from typing import Self

import numpy as np
import torch
from torch import nn

from bssbench.models.maps import PointwiseMap
from bssbench.models.posterior import Posterior
from bssbench.models.recipe import Form
from bssbench.models.rotation import Rotation
from bssbench.models.scale import deviation, standardised
from bssbench.models.smoothing import Smoother
from bssbench.priors.base import Batch, Prior
from bssbench.randomness import random_rotation

__all__ = ["BatchedVAE", "PriorFactory"]

PriorFactory = Callable[[Batch], Prior]
"""What makes the prior of a batch."""

_INITIAL_STD = 0.3
_LARGEST_SHIFT = 2.0


def _bounded(values: torch.Tensor) -> torch.Tensor:
    """Return values within ±2, near zero unchanged."""
    return _LARGEST_SHIFT * torch.tanh(values / _LARGEST_SHIFT)


class BatchedVAE(nn.Module):
    """Encoder and decoder pointwise in time around a prior that is not.

    q(z_t) = N(μ_t, S_t) with μ = G encoder(x), averaged over neighbouring times where the prior is
    a density that relates them. By rule S is diagonal and the same at all times for linear maps and
    for priors that support nothing else, and a full covariance set by the encoder's network
    otherwise. The mean of x is decoder(Gᵀ z), with a variance v that the training sets. G is a
    rotation (see `bssbench.models.rotation`). Where the scale is closed, prior and decoder are
    given each latent divided by its deviation (see `bssbench.models.scale`).

    Parameters
    ----------
    n_components : int
        Number of whitened channels.
    n_latents : int
        Number of latents, at most as many.
    generators : list of numpy.random.Generator
        One per replicate, for the initial values; a replicate's depend on its own alone.
    prior : bssbench.priors.base.Prior
        Of the latents.
    nonlinear : bool
        Whether encoder and decoder have a network beside their linear part.
    spacing : int, optional
        Samples between the times that the posterior mean is averaged over; without it, it is not.
    form : Form, optional
        What of the above is done.
    """

    def __init__(
        self,
        n_components: int,
        n_latents: int,
        generators: list[np.random.Generator],
        prior: Prior,
        nonlinear: bool,
        spacing: int | None = None,
        form: Form | None = None,
    ) -> None:
        super().__init__()
        form = form or Form()
        full = {"diagonal": False, "full": True}.get(
            form.posterior, nonlinear and prior.supports_full_covariance
        )
        # How the latents' errors correlate.
        below = n_latents * (n_latents - 1) // 2 if full else 0
        rotations = np.stack([random_rotation(g, n_components)[:n_latents] for g in generators])
        # A network also sets how uncertain the latents are, and how their errors correlate.
        further = n_latents + below if full else 0
        self.encoder = PointwiseMap(rotations, generators, nonlinear, further)
        self.decoder = PointwiseMap(np.swapaxes(rotations, 1, 2), generators, nonlinear)
        # At rest it turns nothing.
        self.rotation = Rotation(len(generators), n_latents).requires_grad_(form.rotation)
        self.nonlinear = nonlinear
        self.closed = form.scale == "closed"
        initial = torch.full((len(generators), n_latents, 1), math.log(_INITIAL_STD))
        self.log_std = nn.Parameter(initial)
        self.below = None
        if below and not nonlinear:
            self.below = nn.Parameter(torch.zeros(len(generators), below, 1))
        # A prior that is no density could be made small by averaging alone.
        averaged = form.smoothing and prior.normalised and prior.relates_times
        self.smoother = (
            Smoother(len(generators), n_latents, spacing) if spacing and averaged else None
        )
        self.prior = prior

    @classmethod
    def of(
        cls,
        batch: Batch,
        n_components: int,
        seeds: Sequence[np.random.SeedSequence],
        make_prior: PriorFactory,
        form: Form,
    ) -> Self:
        """Return the untrained VAEs of a batch, each from a seed of its own."""
        return cls(
            n_components,
            batch.latents,
            [np.random.default_rng(seed) for seed in seeds],
            make_prior(batch),
            batch.nonlinear,
            batch.lag_spacing,
            form,
        )

    @property
    def needs_noise(self) -> bool:
        """Whether the objective is estimated from a posterior draw for want of a closed form."""
        return self.nonlinear or self.prior.needs_sample

    def latents(self, observations: torch.Tensor) -> torch.Tensor:
        """Return what is demixed from each time point alone, (replicate, latent, time)."""
        return self.rotation() @ self.encoder(observations)

    def unmixing_matrix(self) -> torch.Tensor:
        """Return the linear part of `latents`, shape (replicate, latent, component)."""
        return self.rotation() @ self.encoder.weight

    def reconstruction(self, latents: torch.Tensor) -> torch.Tensor:
        """Return the mean of x given latents of shape (replicate, latent, time)."""
        return self.decoder(self.rotation().mT @ latents)

    def decoded_scale(self, observations: torch.Tensor) -> torch.Tensor:
        """Return what latents are divided by before they are decoded, (replicate, latent, 1)."""
        if not self.closed:
            return torch.ones_like(self.log_std)
        return deviation(self.posterior(observations))

    def posterior(self, observations: torch.Tensor) -> Posterior:
        """Return q(z | x) for observations of shape (replicate, component, time).

        In the scale of `latents`, also where another is given to prior and decoder.
        """
        return self._posterior(observations, self.rotation())

    def _posterior(self, observations: torch.Tensor, rotation: torch.Tensor) -> Posterior:
        unturned, further = self.encoder.split(observations)
        mean = rotation @ unturned
        if self.smoother is not None:
            mean = self.smoother(mean)
        if further is None or not further.shape[1]:
            return Posterior(mean, torch.exp(self.log_std), self.below)
        shifts, below = _bounded(further).split(
            [mean.shape[1], further.shape[1] - mean.shape[1]], 1
        )
        return Posterior(mean, torch.exp(self.log_std + shifts), below)

    def objective(
        self,
        observations: torch.Tensor,
        variance: float | torch.Tensor,
        noise: torch.Tensor | None,
        prior: Prior | None = None,
    ) -> torch.Tensor:
        """Return the negative objective of each replicate, (replicate,), in nats per time point.

        Observations are whitened, (replicate, component, time). `variance` is v, of the decoder's
        output, for all or (replicate,). `noise`, standard normal, (replicate, latent, time), is
        given if `needs_noise`. `prior` is the model's own, resized, to judge by in its place.
        """
        rotation = self.rotation()
        posterior = self._posterior(observations, rotation)
        if self.closed:
            posterior = standardised(posterior)
        mean, std = posterior.mean, posterior.std
        sample = posterior.sample(noise) if noise is not None else None
        length = observations.shape[-1]
        decoded = sample if self.nonlinear and sample is not None else mean
        error = ((observations - self.decoder(rotation.mT @ decoded)) ** 2).sum((1, 2))
        if not self.nonlinear:
            # A linear decoder's expected error is its error at the mean plus the spread it passes
            # on.
            passed_on = posterior.squared_distance(self.decoder.weight @ rotation.mT)
            error = error + length * passed_on
        v = torch.as_tensor(variance, dtype=error.dtype, device=error.device)
        constant = 0.5 * observations.shape[1] * torch.log(2.0 * math.pi * v)
        divergence = (prior or self.prior).divergence(mean, std, sample)
        divergence = divergence + posterior.total_correlation()
        return (0.5 * error / v + divergence) / length + constant
