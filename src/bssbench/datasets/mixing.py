"""Mixing sources into channels, and adding sensor noise."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import brentq

from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError
from bssbench.randomness import generator, random_rotation

__all__ = [
    "add_noise",
    "add_outliers",
    "condition_threshold",
    "distort",
    "mixed",
    "mixing_matrix",
    "standardised",
]

_THRESHOLD_DRAWS = 2000
_LEAKY_SLOPE = 0.3
_OUTLIER_DEVIATIONS = 10.0


def standardised(signals: np.ndarray) -> np.ndarray:
    """Return signals of shape (…, time) with zero mean and unit variance along time.

    Raises
    ------
    InputError
        If one of them is constant.
    """
    centred = signals - signals.mean(axis=-1, keepdims=True)
    if not np.ptp(signals, axis=-1).all():
        raise InputError(
            f"a signal is constant over all {signals.shape[-1]} samples and has no unit variance: "
            "take more samples, or other parameters of its family"
        )
    return centred / centred.std(axis=-1, keepdims=True)


def _with_unit_columns(matrices: np.ndarray) -> np.ndarray:
    """Scale the columns of matrices of shape (…, channel, source)."""
    return np.asarray(matrices / np.linalg.norm(matrices, axis=-2, keepdims=True))


def _random_matrices(
    generator: np.random.Generator, count: int, n_channels: int, n_sources: int
) -> np.ndarray:
    """Draw Gaussian matrices with columns of unit norm; shape (count, channel, source)."""
    return _with_unit_columns(generator.standard_normal((count, n_channels, n_sources)))


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


def mixing_matrix(
    generator: np.random.Generator, n_channels: int, n_sources: int, condition: int | None = None
) -> np.ndarray:
    """Draw a mixing matrix (channel, source) with columns of unit norm.

    It is well-conditioned, or has the condition number `condition`: the singular values of a
    Gaussian matrix are raised to the power that gives it that number once its columns have unit
    norm. To the power 0 they make an orthonormal matrix, and the higher it is, the nearer all
    columns come to one line, so that there is such a power for every number from 1 on.
    """
    if condition is not None:
        return _conditioned(generator.standard_normal((n_channels, n_sources)), condition)
    threshold = condition_threshold(n_channels, n_sources)
    while True:
        matrix = _random_matrices(generator, 1, n_channels, n_sources)[0]
        if np.linalg.cond(matrix) <= threshold:
            return matrix


def _conditioned(matrix: np.ndarray, condition: int) -> np.ndarray:
    """Change a matrix of at least two columns as `mixing_matrix` says."""
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    relative = values / values[0]

    def raised(power: float) -> np.ndarray:
        return _with_unit_columns((left * relative**power) @ right)

    def excess(power: float) -> float:
        return float(np.log(np.linalg.cond(raised(power)) / condition))

    if condition == 1:
        return raised(0.0)
    highest = 1.0
    while excess(highest) < 0:
        highest *= 2
    return raised(brentq(excess, 0.0, highest, xtol=1e-12))


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


def add_outliers(generator: np.random.Generator, signals: np.ndarray, percent: int) -> np.ndarray:
    """Add a gross error to `percent` of the samples, each in one channel.

    The samples are drawn without replacement, the channel of each uniformly. An error is plus or
    minus ten standard deviations of its channel, as they are before any error. Signals have shape
    (channel, time).
    """
    n_channels, length = signals.shape
    times = generator.choice(length, round(percent / 100 * length), replace=False)
    channels = generator.integers(n_channels, size=len(times))
    signs = generator.choice([-1.0, 1.0], size=len(times))
    observed = signals.copy()
    observed[channels, times] += _OUTLIER_DEVIATIONS * signs * signals.std(axis=-1)[channels]
    return observed


def mixed(
    name: str,
    seeds: Sequence[int],
    root_seed: int,
    draw: Callable[[np.random.Generator], np.ndarray],
    n_channels: int,
    noise: float,
    mixing: str = "linear",
    condition: int | None = None,
    outliers: int = 0,
    **described: Any,
) -> Dataset:
    """Draw sources for each seed, whatever the others are, mix them, and add noise and outliers.

    `draw` returns sources of shape (source, time); the random streams derive from `name`; `noise`
    is as in `add_noise`, `outliers` the percentage of `add_outliers`, `condition` as in
    `mixing_matrix` and `mixing` as in an id; `described` are further fields of the data set.
    """
    sources, matrices, observations = [], [], []
    for seed in seeds:
        replicate = standardised(draw(generator(root_seed, name, "sources", seed)))
        # One stream for the matrix and what follows it.
        stream = generator(root_seed, name, "mixing", seed)
        matrix = mixing_matrix(stream, n_channels, len(replicate), condition)
        channels = distort(stream, matrix @ replicate, mixing)
        sources.append(replicate.T)
        matrices.append(matrix)
        observed = add_noise(generator(root_seed, name, "noise", seed), channels, noise)
        if outliers:
            errors = generator(root_seed, name, "outliers", seed)
            observed = add_outliers(errors, observed, outliers)
        observations.append(observed.T)
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
