"""Base class of priors, with its defaults."""

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
    """Description of the series for which a prior is constructed.

    Attributes
    ----------
    replicates, latents, length : int
        Sizes of the batch. The length is that of the series, or of the windows in which training
        processes them.
    whole_length : int
        Length of the whole series.
    lag_spacing : int
        Largest spacing of lags that resolves the observations, in samples (see
        `bssbench.models.time_scales.lag_spacings`).
    half_decay_lags : numpy.ndarray
        Shape (replicate, 2). Half-decay lags of the fastest and the slowest source, in samples (see
        `bssbench.models.time_scales.half_decay_lags`).
    nonlinear : bool
        Whether the mixing is nonlinear.
    device : str
        PyTorch's name of the device.
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
    """Base class of priors, one independent prior per replicate.

    Parameters have a leading replicate axis. A subclass implements `divergence` and overrides the
    defaults that do not apply to it.
    """

    needs_sample = False
    """Whether `divergence` has no closed form and is estimated from a posterior sample."""

    normalised = True
    """Whether the prior is a normalised probability density. If not, averaging the latents over
    time can lower the objective without describing the data better."""

    supports_full_covariance = True
    """Whether the posterior covariance may be full and vary over time. A full covariance no longer
    ties the latents to different directions. With a prior that is no density and does not penalise
    correlated latents, all latents then copy the signal that the prior predicts best."""

    relates_times = True
    """Whether the prior at one time point depends on other time points."""

    learning_rate_factor = 1.0
    """Learning rate of the prior's parameters relative to the rest of the model."""

    @abstractmethod
    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the divergence of the posterior from this prior, without changing any state.

        Parameters
        ----------
        mean : torch.Tensor
            Shape (replicate, latent, time).
        std : torch.Tensor
            Shape (replicate, latent, time) or (replicate, latent, 1).
        sample : torch.Tensor or None
            Reparameterised posterior draw with the shape of `mean`; required if `needs_sample`.

        Returns
        -------
        torch.Tensor
            Shape (replicate,), in nats.
        """

    def advance(self, step: int) -> None:
        """Prepare for a training step; the default does nothing.

        Parameters
        ----------
        step : int
            Index of the step that begins.
        """

    def resized(self, length: int) -> Self:
        """Return this prior for series of another length, with the same parameters.

        Evaluate the returned prior instead of the one in training, which may have cached values of
        earlier parameters.

        Parameters
        ----------
        length : int
            Number of time points.

        Returns
        -------
        Prior
            A prior that shares its parameters with this one.

        Raises
        ------
        NotApplicable
            If the prior is not defined for series of another length.
        """
        del length
        return self

    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw from the prior.

        Parameters
        ----------
        generator : torch.Generator
            Source of randomness.
        length : int
            Number of time points.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, length).

        Raises
        ------
        NotApplicable
            If the prior is not a density from which one can draw.
        """
        raise NotApplicable(f"{type(self).__name__} has no density to draw from")

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return the learned parameters in interpretable units.

        Returns
        -------
        mapping of str to torch.Tensor
            Each of shape (replicate, latent, …).
        """
        return {}


def expected_negative_entropy(std: torch.Tensor, length: int) -> torch.Tensor:
    """Return E_q[log q] of a factorised Gaussian, summed over latents and time.

    Parameters
    ----------
    std : torch.Tensor
        Shape (replicate, latent, time) or (replicate, latent, 1).
    length : int
        Number of time points.

    Returns
    -------
    torch.Tensor
        Shape (replicate,), in nats.
    """
    constant = 0.5 * torch.log(torch.tensor(2.0 * torch.pi * torch.e))
    per_latent = -(torch.log(std) + constant.to(std)).sum(-1) * (length / std.shape[-1])
    return per_latent.sum(-1)
