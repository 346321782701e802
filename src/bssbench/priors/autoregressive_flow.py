"""The autoregressive-flow prior of AR-Flow VAE (arXiv 2603.14441), reconstructed."""

import math
from collections.abc import Mapping

import torch
from torch import nn

from bssbench.priors import expected_negative_entropy

__all__ = ["AutoregressiveFlowPrior"]

# The base starts heavy-tailed (one narrow and one wide component more than a Gaussian has): from a
# Gaussian start the components stay together and non-Gaussian innovations are never found.
_INITIAL_MEANS = (-0.1, 0.0, 0.0, 0.1)
_INITIAL_LOG_STDS = (-1.2, -0.4, 0.0, 0.6)


class AutoregressiveFlowPrior(nn.Module):
    """Each latent is a linear autoregression whose innovations have a learned distribution.

        u_t = (z_t − Σ_k φ_k z_{t−k}) e^{−a},    log p(z) = Σ_t [log π(u_t) − a],

    with zeros before the start, a constant log-scale a, and π a mixture of four Gaussians.
    Parameters of its own for each latent. A Gaussian π would make this a Markovian Gaussian
    process; the learned one can tell sources of equal spectra apart.

    Parameters
    ----------
    replicates, latents : int
        Sizes of the batch.
    order : int
        Number of past samples p.
    """

    needs_sample = True
    learning_rate_factor = 1.0

    def __init__(self, replicates: int, latents: int, order: int = 8) -> None:
        super().__init__()
        shape = (replicates, latents)
        self.order = order
        self.coefficients = nn.Parameter(torch.zeros(*shape, order))
        self.log_scale = nn.Parameter(torch.zeros(shape))
        self.logits = nn.Parameter(torch.zeros(*shape, len(_INITIAL_MEANS)))
        self.means = nn.Parameter(torch.tensor(_INITIAL_MEANS).repeat(*shape, 1))
        self.log_stds = nn.Parameter(torch.tensor(_INITIAL_LOG_STDS).repeat(*shape, 1))

    def log_density(self, latents: torch.Tensor) -> torch.Tensor:
        """Return log p(z) for each latent.

        Parameters
        ----------
        latents : torch.Tensor
            Shape (replicate, latent, time).

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent), in nats.
        """
        length = latents.shape[-1]
        padded = nn.functional.pad(latents, (self.order, 0))
        # Whole shifted copies: eight passes over memory cost less than gathering windows of eight.
        innovations = latents
        for lag in range(1, self.order + 1):
            past = padded[..., self.order - lag : self.order - lag + length]
            innovations = innovations - self.coefficients[..., lag - 1 : lag] * past
        u = innovations * torch.exp(-self.log_scale)[..., None]
        return self._base_log_density(u).sum(-1) - length * self.log_scale

    def _base_log_density(self, u: torch.Tensor) -> torch.Tensor:
        """Return log π(u) for u of shape (replicate, latent, time)."""
        log_weights = torch.log_softmax(self.logits, dim=-1)
        constants = log_weights - self.log_stds - 0.5 * math.log(2.0 * math.pi)
        precisions = torch.exp(-self.log_stds)
        # The component is the third axis, so that each pass runs along contiguous time.
        standardised = (u[:, :, None] - self.means[..., None]) * precisions[..., None]
        return torch.logsumexp(constants[..., None] - 0.5 * standardised**2, dim=2)

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None
    ) -> torch.Tensor:
        """Return a one-sample estimate of KL(q ‖ p) of shape (replicate,), in nats.

        Raises
        ------
        ValueError
            If no sample is given.
        """
        if sample is None:
            raise ValueError("this divergence has no closed form: it needs a posterior sample")
        negative_entropy = expected_negative_entropy(std, mean.shape[-1])
        return negative_entropy - self.log_density(sample).sum(-1)

    def advance(self, step: int) -> None:
        """Do nothing."""

    @torch.no_grad()
    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw, one time step after the other; shape (replicate, latent, length)."""
        shape = self.log_scale.shape
        weights = torch.softmax(self.logits, dim=-1).flatten(0, -2)
        drawn = torch.multinomial(weights, length, replacement=True, generator=generator)
        component = drawn.reshape(*shape, length)
        noise = torch.randn((*shape, length), generator=generator)
        u = self.means.gather(-1, component)
        u = u + torch.exp(self.log_stds).gather(-1, component) * noise
        innovations = u * torch.exp(self.log_scale)[..., None]
        # Most recent sample last, so the coefficients are reversed once.
        reversed_coefficients = self.coefficients.flip(-1)
        path = torch.zeros((*shape, self.order + length))
        for t in range(length):
            past = path[..., t : t + self.order]
            path[..., self.order + t] = (past * reversed_coefficients).sum(-1) + innovations[..., t]
        return path[..., self.order :]

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return coefficients (replicate, latent, lag) and the innovations' spread and kurtosis."""
        weights = torch.softmax(self.logits, dim=-1)
        variances = torch.exp(2.0 * self.log_stds)
        centre = (weights * self.means).sum(-1, keepdim=True)
        offset = self.means - centre
        variance = (weights * (variances + offset**2)).sum(-1)
        fourth = (weights * (offset**4 + 6.0 * offset**2 * variances + 3.0 * variances**2)).sum(-1)
        return {
            "coefficients": self.coefficients,
            "innovation_std": torch.exp(self.log_scale) * variance.sqrt(),
            "innovation_excess_kurtosis": fourth / variance**2 - 3.0,
        }
