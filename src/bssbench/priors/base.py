"""What every prior is and, where it doesn't say otherwise, does."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import nn

from bssbench.errors import NotApplicable

__all__ = ["Batch", "Prior", "expected_negative_entropy"]


@dataclass(frozen=True)
class Batch:
    """The series that a prior is made for.

    Attributes
    ----------
    replicates, latents, length : int
        Sizes of the batch; the length is that of the series, or stretches of series, seen at once.
    whole_length : int
        Length of the series themselves.
    lag_spacing : int
        Samples between times that tell more than one of them alone (see
        `bssbench.models.time_scales.lag_spacings`).
    half_decay_lags : numpy.ndarray
        Shape (replicate, 2), of the fastest and the slowest source, in samples (see
        `bssbench.models.time_scales.half_decay_lags`).
    nonlinear : bool
        Whether the mixing is nonlinear.
    device : str
        Where it is computed, by PyTorch's name.
    """

    replicates: int
    latents: int
    length: int
    whole_length: int
    lag_spacing: int
    half_decay_lags: np.ndarray
    nonlinear: bool = False
    device: str = "cpu"


class Prior(nn.Module):
    """A batch of priors: parameters have a leading replicate axis, and no replicate sees another.

    A subclass provides `divergence`, and what else differs from what is here.
    """

    needs_sample = False
    """Whether `divergence` is estimated from a posterior sample for want of a closed form."""

    normalised = True
    """Whether it is a probability density. Where not, averaging the latents over time can lower the
    objective without describing the data any better."""

    supports_full_covariance = True
    """Whether the posterior's errors may correlate between latents, and differ from time to time.
    That frees the latents' directions from one another: what is no density, and does not ask for
    uncorrelated latents otherwise, then prefers copies of what it foretells best."""

    relates_times = True
    """Whether what it says of one time depends on others."""

    learning_rate_factor = 1.0
    """How much faster than the rest of the model the prior's own parameters learn."""

    @abstractmethod
    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the divergence of the posterior from this prior; changes no state.

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
        """Prepare for training step `step`, which begins; most priors have nothing to do."""

    def resized(self, length: int) -> Self:
        """Return this prior as it is now, for series of `length`; both have the same parameters.

        What is evaluated is the result of this, and never the prior that is being trained: that may
        have kept something since its parameters last moved.

        Raises
        ------
        NotApplicable
            If the prior says nothing of series of another length.
        """
        del length
        return self

    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw from the prior; shape (replicate, latent, length).

        Raises
        ------
        NotApplicable
            If there is no density to draw from.
        """
        raise NotApplicable(f"{type(self).__name__} has no density to draw from")

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return the parameters in readable units, each (replicate, latent, …)."""
        return {}


def expected_negative_entropy(std: torch.Tensor, length: int) -> torch.Tensor:
    """Return E_q[log q] of a factorised Gaussian, summed over latents; (replicate,), in nats.

    `std` is (replicate, latent, time), or has one time for all of `length`.
    """
    constant = 0.5 * torch.log(torch.tensor(2.0 * torch.pi * torch.e))
    per_latent = -(torch.log(std) + constant.to(std)).sum(-1) * (length / std.shape[-1])
    return per_latent.sum(-1)
