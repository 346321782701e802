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
"""Function that returns the prior of a batch."""

_INITIAL_STD = 0.3
_LARGEST_SHIFT = 2.0


def _bounded(values: torch.Tensor) -> torch.Tensor:
    """Limit values smoothly to ±2, without changing those near zero."""
    return _LARGEST_SHIFT * torch.tanh(values / _LARGEST_SHIFT)


class BatchedVAE(nn.Module):
    """A batch of VAEs with pointwise encoder and decoder and a prior over time.

    The posterior is q(z_t) = N(μ_t, S_t) with μ = G encoder(x). The mean is smoothed over time if
    the prior is a density that relates time points. By default, S is diagonal and constant over
    time for linear maps, and for priors that do not support more; otherwise it is a full covariance
    computed by the encoder's network. The mean of x is decoder(Gᵀ z), with a variance v that
    follows the training schedule. G is a rotation (see `bssbench.models.rotation`). If the scale is
    closed, prior and decoder use latents divided by their standard deviations (see
    `bssbench.models.scale`).

    Parameters
    ----------
    n_components : int
        Number of whitened channels.
    n_latents : int
        Number of latents, at most `n_components`.
    generators : list of numpy.random.Generator
        One per replicate, for its initial values.
    prior : bssbench.priors.base.Prior
        Prior of the latents.
    nonlinear : bool
        Whether encoder and decoder have a network in addition to their linear part.
    spacing : int, optional
        Spacing of the smoothing weights in samples; None for no smoothing.
    form : Form, optional
        Options of the model.
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
        # Number of entries below the diagonal of the posterior covariance's factor.
        below = n_latents * (n_latents - 1) // 2 if full else 0
        rotations = np.stack([random_rotation(g, n_components)[:n_latents] for g in generators])
        # A network also computes the variances and correlations of the posterior.
        further = n_latents + below if full else 0
        self.encoder = PointwiseMap(rotations, generators, nonlinear, further)
        self.decoder = PointwiseMap(np.swapaxes(rotations, 1, 2), generators, nonlinear)
        # Without learning, the rotation stays the identity.
        self.rotation = Rotation(len(generators), n_latents).requires_grad_(form.rotation)
        self.nonlinear = nonlinear
        self.closed = form.scale == "closed"
        initial = torch.full((len(generators), n_latents, 1), math.log(_INITIAL_STD))
        self.log_std = nn.Parameter(initial)
        self.below = None
        if below and not nonlinear:
            self.below = nn.Parameter(torch.zeros(len(generators), below, 1))
        # The divergence from a prior that is not a density could be lowered by smoothing alone.
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
        """Construct the untrained VAEs of a batch.

        Parameters
        ----------
        batch : Batch
            Sizes and time scales.
        n_components : int
            Number of whitened channels.
        seeds : sequence of numpy.random.SeedSequence
            One seed per replicate, for its initial values.
        make_prior : callable
            Returns the prior of the batch.
        form : Form
            Options of the model.

        Returns
        -------
        BatchedVAE
            The VAEs.
        """
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
        """Whether the objective has no closed form and needs a posterior draw."""
        return self.nonlinear or self.prior.needs_sample

    def latents(self, observations: torch.Tensor) -> torch.Tensor:
        """Return the pointwise latent means, without smoothing.

        Parameters
        ----------
        observations : torch.Tensor
            Shape (replicate, component, time), whitened.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, time).
        """
        return self.rotation() @ self.encoder(observations)

    def unmixing_matrix(self) -> torch.Tensor:
        """Return the linear part of `latents`.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, component).
        """
        return self.rotation() @ self.encoder.weight

    def reconstruction(self, latents: torch.Tensor) -> torch.Tensor:
        """Return the mean of the observations given latents.

        Parameters
        ----------
        latents : torch.Tensor
            Shape (replicate, latent, time).

        Returns
        -------
        torch.Tensor
            Shape (replicate, component, time).
        """
        return self.decoder(self.rotation().mT @ latents)

    def decoded_scale(self, observations: torch.Tensor) -> torch.Tensor:
        """Return the divisor of the decoder's input.

        Parameters
        ----------
        observations : torch.Tensor
            Shape (replicate, component, time), whitened.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, 1); ones if the scale is free.
        """
        if not self.closed:
            return torch.ones_like(self.log_std)
        return deviation(self.posterior(observations))

    def posterior(self, observations: torch.Tensor) -> Posterior:
        """Return the posterior q(z | x), in the scale of `latents`.

        Parameters
        ----------
        observations : torch.Tensor
            Shape (replicate, component, time), whitened.

        Returns
        -------
        Posterior
            Means of shape (replicate, latent, time), with covariances.
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
        """Return the loss of each replicate: reconstruction error plus divergence from the prior.

        Parameters
        ----------
        observations : torch.Tensor
            Shape (replicate, component, time), whitened.
        variance : float or torch.Tensor
            Variance v of the decoder, for all replicates or of shape (replicate,).
        noise : torch.Tensor or None
            Standard normal, shape (replicate, latent, time); required if `needs_noise`.
        prior : Prior, optional
            Replaces the model's own prior, for example after `Prior.resized`.

        Returns
        -------
        torch.Tensor
            Shape (replicate,), in nats per time point.
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
            # The expected error of a linear decoder is the error at the mean plus the variance that
            # the decoder propagates.
            passed_on = posterior.squared_distance(self.decoder.weight @ rotation.mT)
            error = error + length * passed_on
        v = torch.as_tensor(variance, dtype=error.dtype, device=error.device)
        constant = 0.5 * observations.shape[1] * torch.log(2.0 * math.pi * v)
        divergence = (prior or self.prior).divergence(mean, std, sample)
        divergence = divergence + posterior.total_correlation()
        return (0.5 * error / v + divergence) / length + constant
