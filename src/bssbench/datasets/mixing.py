"""Mixing sources into channels, and adding sensor noise."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.randomness import generator, random_rotation

__all__ = [
    "add_noise",
    "condition_threshold",
    "distort",
    "mixed",
    "mixing_matrix",
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
    """Draw a well-conditioned mixing matrix (channel, source) with columns of unit norm."""
    threshold = condition_threshold(n_channels, n_sources)
    while True:
        matrix = _random_matrices(generator, 1, n_channels, n_sources)[0]
        if np.linalg.cond(matrix) <= threshold:
            return matrix


def distort(generator: np.random.Generator, signals: np.ndarray, mixing: str) -> np.ndarray:
    """Return what follows the mixing matrix by ``linear``, ``post-nonlinear`` or ``mlp-L``.

    Of each channel's standardised signal v the second makes tanh v + 0.3 v, and the last passes the
    channels through L layers: a leaky ReLU, then a random orthogonal matrix. Each layer is
    invertible, and its linear part loses nothing to a bad condition number. Signals have shape
    (channel, time).
    """
    if mixing == "linear":
        return signals
    v = standardised(signals)
    if mixing == "post-nonlinear":
        return np.tanh(v) + 0.3 * v
    for _ in range(int(mixing.removeprefix("mlp-"))):
        v = random_rotation(generator, len(v)) @ np.where(v > 0, v, _LEAKY_SLOPE * v)
    return v


def add_noise(generator: np.random.Generator, signals: np.ndarray, fraction: float) -> np.ndarray:
    """Add white Gaussian noise of `fraction` of each channel's standard deviation.

    Signals have shape (channel, time).
    """
    deviation = signals.std(axis=-1, keepdims=True)
    return signals + fraction * deviation * generator.standard_normal(signals.shape)


def mixed(
    name: str,
    seeds: Sequence[int],
    root_seed: int,
    draw: Callable[[np.random.Generator], np.ndarray],
    n_channels: int,
    noise: float,
    mixing: str = "linear",
    **described: Any,
) -> Dataset:
    """Draw sources for each seed, whatever the others are, mix them, and add noise.

    `draw` returns sources of shape (source, time); the random streams derive from `name`; `noise`
    is as in `add_noise` and `mixing` as in an id; `described` are further fields of the data set.
    """
    sources, matrices, observations = [], [], []
    for seed in seeds:
        replicate = standardised(draw(generator(root_seed, name, "sources", seed)))
        # One stream for the matrix and what follows it.
        stream = generator(root_seed, name, "mixing", seed)
        matrix = mixing_matrix(stream, n_channels, len(replicate))
        channels = distort(stream, matrix @ replicate, mixing)
        sources.append(replicate.T)
        matrices.append(matrix)
        observations.append(add_noise(generator(root_seed, name, "noise", seed), channels, noise).T)
    linear = mixing == "linear"
    return Dataset(
        name=name,
        seeds=tuple(seeds),
        observations=np.stack(observations),
        n_sources=len(replicate),
        mixing="linear" if linear else "nonlinear",
        sources=np.stack(sources),
        mixing_matrix=np.stack(matrices) if linear else None,
        **described,
    )
