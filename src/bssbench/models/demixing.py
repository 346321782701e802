"""The maps of a trained VAE between observations and latents, without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

__all__ = ["LEAKY_SLOPE", "NetworkDemixing", "is_nonlinear"]

LEAKY_SLOPE = 0.2
"""Slope of the leaky ReLU below zero."""


def is_nonlinear(arrays: Mapping[str, np.ndarray]) -> bool:
    """Return whether a stored VAE is nonlinear.

    Parameters
    ----------
    arrays : mapping of str to numpy.ndarray
        The arrays of one VAE, as stored in `bssbench.separation.Kept.arrays`.

    Returns
    -------
    bool
        Whether its encoder has a network.
    """
    return "model/encoder.layers.0" in arrays


@dataclass(frozen=True)
class NetworkDemixing:
    """Encoder and decoder of one nonlinear VAE, as computed by `bssbench.models.vae.BatchedVAE`.

    Attributes
    ----------
    mean : numpy.ndarray
        Shape (channel,). Mean of the training observations.
    whitening : numpy.ndarray
        Shape (channel, channel), with whitened = whitening · (observations − mean).
    rotation : numpy.ndarray
        Shape (source, source).
    scale : numpy.ndarray
        Shape (source, 1). Divisor of the decoder's input.
    encoder, decoder : tuple of numpy.ndarray
        W, b and the weights and biases of the network's three layers, in this order.
    """

    mean: np.ndarray
    whitening: np.ndarray
    rotation: np.ndarray
    scale: np.ndarray
    encoder: tuple[np.ndarray, ...]
    decoder: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """Construct the maps from the arrays of one VAE that `bssbench.models.fitting.fit` stores.

        Parameters
        ----------
        arrays : mapping of str to numpy.ndarray
            As stored in `bssbench.separation.Kept.arrays`.

        Returns
        -------
        NetworkDemixing
            The maps.
        """
        return cls(
            arrays["mean"],
            arrays["whitening"],
            _rotation(arrays["model/rotation.angles"], len(arrays["scale"])),
            arrays["scale"],
            _layers(arrays, "encoder"),
            _layers(arrays, "decoder"),
        )

    def demix(self, observations: np.ndarray) -> np.ndarray:
        """Return the sources of observations.

        Parameters
        ----------
        observations : numpy.ndarray
            Shape (time, channel).

        Returns
        -------
        numpy.ndarray
            Shape (time, source).
        """
        whitened = self.whitening @ (observations - self.mean).T
        # The network has further outputs for the uncertainty of the latents.
        latents = _mapped(self.encoder, whitened)
        return (self.rotation @ latents).T

    def remix(self, sources: np.ndarray) -> np.ndarray:
        """Return the observations that the decoder predicts from sources.

        Parameters
        ----------
        sources : numpy.ndarray
            Shape (time, source).

        Returns
        -------
        numpy.ndarray
            Shape (time, channel).
        """
        whitened = _mapped(self.decoder, self.rotation.T @ (sources.T / self.scale))
        return np.linalg.solve(self.whitening, whitened).T + self.mean


def _layers(arrays: Mapping[str, np.ndarray], name: str) -> tuple[np.ndarray, ...]:
    """Return the arrays of a pointwise map in double precision."""
    parts = ("weight", "bias", *(f"layers.{index}" for index in range(6)))
    return tuple(arrays[f"model/{name}.{part}"].astype(np.float64) for part in parts)


def _mapped(layers: tuple[np.ndarray, ...], inputs: np.ndarray) -> np.ndarray:
    """Map (input, time) to (output, time), as `bssbench.models.maps.PointwiseMap` does."""
    weight, bias, *network = layers
    hidden = inputs
    for index in (0, 2):
        hidden = network[index] @ hidden + network[index + 1]
        hidden = np.where(hidden > 0, hidden, LEAKY_SLOPE * hidden)
    of_network = network[4] @ hidden + network[5]
    return weight @ inputs + bias + of_network[: len(weight)]


def _rotation(angles: np.ndarray, size: int) -> np.ndarray:
    """Return the rotation with these angles, as `bssbench.models.rotation.Rotation` does."""
    below = np.zeros((size, size))
    below[np.tril_indices(size, -1)] = angles
    half = 0.5 * (below - below.T)
    return np.linalg.solve(np.eye(size) - half, np.eye(size) + half)
