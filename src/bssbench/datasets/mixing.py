"""Mixing sources into channels, and adding sensor noise."""

from functools import cache

import numpy as np

from bssbench.randomness import random_rotation

__all__ = [
    "add_noise",
    "condition_threshold",
    "distort",
    "mixing_matrix",
    "multilayer",
    "post_nonlinear",
    "standardised",
]

_THRESHOLD_DRAWS = 2000
_LEAKY_SLOPE = 0.3


def standardised(signals: np.ndarray) -> np.ndarray:
    """Return signals of shape (…, time) with zero mean and unit variance along time."""
    centred = signals - signals.mean(axis=-1, keepdims=True)
    return centred / centred.std(axis=-1, keepdims=True)


def _random_matrices(
    generator: np.random.Generator, count: int, n_channels: int, n_sources: int
) -> np.ndarray:
    """Draw Gaussian matrices with columns of unit norm; shape (count, channel, source)."""
    matrices = generator.standard_normal((count, n_channels, n_sources))
    return matrices / np.linalg.norm(matrices, axis=1, keepdims=True)


@cache
def condition_threshold(n_channels: int, n_sources: int) -> float:
    """Return the 25th percentile of the condition numbers of random mixing matrices.

    A mixing matrix is drawn until it is at least as well conditioned, as iVAE (Khemakhem et al.,
    2020) and SNICA (Hälvä et al., 2021) do: the benchmark is about separation, not about inverting
    a nearly singular matrix.
    """
    # A constant of the shape alone: its generator must not depend on the experiment's seeds.
    matrices = _random_matrices(np.random.default_rng(0), _THRESHOLD_DRAWS, n_channels, n_sources)
    return float(np.percentile(np.linalg.cond(matrices), 25))


def mixing_matrix(generator: np.random.Generator, n_channels: int, n_sources: int) -> np.ndarray:
    """Draw a well-conditioned mixing matrix with columns of unit norm.

    Returns
    -------
    numpy.ndarray
        Shape (channel, source).
    """
    threshold = condition_threshold(n_channels, n_sources)
    while True:
        matrix = _random_matrices(generator, 1, n_channels, n_sources)[0]
        if np.linalg.cond(matrix) <= threshold:
            return matrix


def post_nonlinear(signals: np.ndarray) -> np.ndarray:
    """Distort each channel: tanh v + 0.3 v of its standardised signal v; shape (channel, time)."""
    v = standardised(signals)
    return np.tanh(v) + 0.3 * v


def multilayer(generator: np.random.Generator, signals: np.ndarray, n_layers: int) -> np.ndarray:
    """Pass standardised channels through layers: a leaky ReLU, then a random orthogonal matrix.

    Each layer is invertible, and its linear part loses nothing to a bad condition number.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of randomness.
    signals : numpy.ndarray
        Shape (channel, time).
    n_layers : int
        Number of layers L.

    Returns
    -------
    numpy.ndarray
        Shape (channel, time).
    """
    v = standardised(signals)
    for _ in range(n_layers):
        v = random_rotation(generator, len(v)) @ np.where(v > 0, v, _LEAKY_SLOPE * v)
    return v


def distort(generator: np.random.Generator, signals: np.ndarray, mixing: str) -> np.ndarray:
    """Return what is left to do of the mixing after the mixing matrix.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of randomness: the one that drew the matrix.
    signals : numpy.ndarray
        Shape (channel, time).
    mixing : str
        ``linear``, ``post-nonlinear`` or ``mlp-L``.
    """
    if mixing == "linear":
        return signals
    if mixing == "post-nonlinear":
        return post_nonlinear(signals)
    return multilayer(generator, signals, int(mixing.removeprefix("mlp-")))


def add_noise(generator: np.random.Generator, signals: np.ndarray, fraction: float) -> np.ndarray:
    """Add white Gaussian noise of `fraction` of each channel's standard deviation.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of randomness.
    signals : numpy.ndarray
        Shape (channel, time).
    fraction : float
        Noise standard deviation over signal standard deviation.
    """
    deviation = signals.std(axis=-1, keepdims=True)
    return signals + fraction * deviation * generator.standard_normal(signals.shape)
