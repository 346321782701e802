"""The maps of a trained VAE, from observations to latents and back, without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

__all__ = ["LEAKY_SLOPE", "NetworkDemixing", "is_nonlinear"]

LEAKY_SLOPE = 0.2
"""Of the hidden units below zero."""


def is_nonlinear(arrays: Mapping[str, np.ndarray]) -> bool:
    """Tell whether the VAE that these were kept of has networks."""
    return "model/encoder.layers.0" in arrays


@dataclass(frozen=True)
class NetworkDemixing:
    """Encoder and decoder of one nonlinear VAE: what `bssbench.models.vae.BatchedVAE` computes.

    Attributes
    ----------
    mean : numpy.ndarray
        Shape (channel,), of the observations that it was trained on.
    whitening : numpy.ndarray
        Shape (channel, channel): whitened = whitening · (observations − mean).
    rotation : numpy.ndarray
        Shape (source, source).
    scale : numpy.ndarray
        Shape (source, 1): what the decoder is given is divided by it.
    encoder, decoder : tuple of numpy.ndarray
        W, b and the weights and biases of the three layers of the network, in this order.
    """

    mean: np.ndarray
    whitening: np.ndarray
    rotation: np.ndarray
    scale: np.ndarray
    encoder: tuple[np.ndarray, ...]
    decoder: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """Return the maps of what `bssbench.models.fitting.fit` keeps of one VAE."""
        return cls(
            arrays["mean"],
            arrays["whitening"],
            _rotation(arrays["model/rotation.angles"], len(arrays["scale"])),
            arrays["scale"],
            _layers(arrays, "encoder"),
            _layers(arrays, "decoder"),
        )

    def demix(self, observations: np.ndarray) -> np.ndarray:
        """Return the sources (time, source) of observations (time, channel)."""
        whitened = self.whitening @ (observations - self.mean).T
        # Beside the latents, the network has outputs for their uncertainty.
        latents = _mapped(self.encoder, whitened)
        return (self.rotation @ latents).T

    def remix(self, sources: np.ndarray) -> np.ndarray:
        """Return the observations (time, channel) that the decoder expects of (time, source)."""
        whitened = _mapped(self.decoder, self.rotation.T @ (sources.T / self.scale))
        return np.linalg.solve(self.whitening, whitened).T + self.mean


def _layers(arrays: Mapping[str, np.ndarray], name: str) -> tuple[np.ndarray, ...]:
    """Return a pointwise map's arrays, in double precision."""
    parts = ("weight", "bias", *(f"layers.{index}" for index in range(6)))
    return tuple(arrays[f"model/{name}.{part}"].astype(np.float64) for part in parts)


def _mapped(layers: tuple[np.ndarray, ...], inputs: np.ndarray) -> np.ndarray:
    """Return (output, time) of (input, time), as `bssbench.models.maps.PointwiseMap` does."""
    weight, bias, *network = layers
    hidden = inputs
    for index in (0, 2):
        hidden = network[index] @ hidden + network[index + 1]
        hidden = np.where(hidden > 0, hidden, LEAKY_SLOPE * hidden)
    of_network = network[4] @ hidden + network[5]
    return weight @ inputs + bias + of_network[: len(weight)]


def _rotation(angles: np.ndarray, size: int) -> np.ndarray:
    """Return the rotation of these angles, as `bssbench.models.rotation.Rotation` does."""
    below = np.zeros((size, size))
    below[np.tril_indices(size, -1)] = angles
    half = 0.5 * (below - below.T)
    return np.linalg.solve(np.eye(size) - half, np.eye(size) + half)
