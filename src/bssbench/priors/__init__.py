"""Priors on latent time series, one module each: what the VAEs differ by, and nothing else does.

Every prior is a batch: its parameters have a leading replicate axis, and no replicate's divergence
depends on another's parameters.
"""

from collections.abc import Mapping
from typing import Protocol

import torch

__all__ = ["Prior", "expected_negative_entropy"]


class Prior(Protocol):
    """What the training loop asks of a prior; implementations are `torch.nn.Module`s."""

    needs_sample: bool
    """Whether `divergence` is estimated from a posterior sample for want of a closed form."""

    normalised: bool
    """Whether it is a probability density. Where not, averaging the latents over time can lower the
    objective without describing the data any better."""

    bears_correlated_errors: bool
    """Whether the posterior's errors may correlate between latents, and differ from time to time.
    That frees the latents' directions from one another: what is no density, and does not ask for
    uncorrelated latents otherwise, then prefers copies of what it foretells best."""

    relates_times: bool
    """Whether what it says of one time depends on others."""

    learning_rate_factor: float
    """How much faster than the rest of the model the prior's own parameters learn."""

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None
    ) -> torch.Tensor:
        """Return the divergence of the posterior from this prior.

        Parameters
        ----------
        mean : torch.Tensor
            Shape (replicate, latent, time).
        std : torch.Tensor
            Shape (replicate, latent, time) or (replicate, latent, 1).
        sample : torch.Tensor or None
            A reparameterised posterior draw of the shape of `mean`; given if `needs_sample`.

        Returns
        -------
        torch.Tensor
            Shape (replicate,), in nats.
        """

    def advance(self, step: int) -> None:
        """Be told that training step `step` begins; most priors have nothing to do."""

    def resized(self, length: int) -> "Prior":
        """Return this prior, its parameters included, for series of another length."""

    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw from the prior; shape (replicate, latent, length)."""

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return the parameters in readable units, each (replicate, latent, …)."""


def expected_negative_entropy(std: torch.Tensor, length: int) -> torch.Tensor:
    """Return E_q[log q] of a factorised Gaussian.

    Parameters
    ----------
    std : torch.Tensor
        Shape (replicate, latent, time) or (replicate, latent, 1).
    length : int
        Number of samples in time.

    Returns
    -------
    torch.Tensor
        Shape (replicate,), in nats.
    """
    constant = 0.5 * torch.log(torch.tensor(2.0 * torch.pi * torch.e))
    per_latent = -(torch.log(std) + constant.to(std)).sum(-1) * (length / std.shape[-1])
    return per_latent.sum(-1)
