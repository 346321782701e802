"""Mix sources into channels and add sensor noise and outliers."""

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
    """Return signals with zero mean and unit variance along time.

    Parameters
    ----------
    signals : numpy.ndarray
        Shape (…, time).

    Returns
    -------
    numpy.ndarray
        Shape (…, time).

    Raises
    ------
    InputError
        If a signal is constant.
    """
    centred = signals - signals.mean(axis=-1, keepdims=True)
    if not np.ptp(signals, axis=-1).all():
        raise InputError(
            f"a signal is constant over all {signals.shape[-1]} samples and has no unit variance: "
            "take more samples, or other parameters of its family"
        )
    return centred / centred.std(axis=-1, keepdims=True)


def _with_unit_columns(matrices: np.ndarray) -> np.ndarray:
    """Scale the columns of matrices of shape (…, channel, source) to unit norm."""
    return np.asarray(matrices / np.linalg.norm(matrices, axis=-2, keepdims=True))


def _random_matrices(
    generator: np.random.Generator, count: int, n_channels: int, n_sources: int
) -> np.ndarray:
    """Draw Gaussian matrices with columns of unit norm; shape (count, channel, source)."""
    return _with_unit_columns(generator.standard_normal((count, n_channels, n_sources)))


@cache
def condition_threshold(n_channels: int, n_sources: int) -> float:
    """Return the 25th percentile of the condition numbers of random mixing matrices.

    Mixing matrices are drawn until the condition number is below this threshold, as in iVAE
    (Khemakhem et al., 2020) and SNICA (Hälvä et al., 2021), because the benchmark tests separation
    rather than the inversion of a nearly singular matrix.

    Parameters
    ----------
    n_channels, n_sources : int
        Shape of the matrices.

    Returns
    -------
    float
        The threshold.
    """
    # The threshold depends on the shape only, so its generator must not use the experiment's seeds.
    matrices = _random_matrices(np.random.default_rng(0), _THRESHOLD_DRAWS, n_channels, n_sources)
    return float(np.percentile(np.linalg.cond(matrices), 25))


def mixing_matrix(
    generator: np.random.Generator, n_channels: int, n_sources: int, condition: int | None = None
) -> np.ndarray:
    """Draw a mixing matrix with columns of unit norm.

    By default its condition number is at most `condition_threshold`. If `condition` is given, the
    singular values of a Gaussian matrix are raised to the power that results in this condition
    number after normalisation of the columns. A solution exists for every condition number: the
    power 0 gives 1, and with an increasing power the columns become collinear.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of randomness.
    n_channels, n_sources : int
        Shape of the matrix.
    condition : int, optional
        Condition number.

    Returns
    -------
    numpy.ndarray
        Shape (channel, source).
    """
    if condition is not None:
        return _conditioned(generator.standard_normal((n_channels, n_sources)), condition)
    threshold = condition_threshold(n_channels, n_sources)
    while True:
        matrix = _random_matrices(generator, 1, n_channels, n_sources)[0]
        if np.linalg.cond(matrix) <= threshold:
            return matrix


def _conditioned(matrix: np.ndarray, condition: int) -> np.ndarray:
    """Give a matrix of at least two columns the condition number, as in `mixing_matrix`."""
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
    """Apply the nonlinear part of the mixing to linearly mixed signals.

    ``linear`` returns the signals unchanged. The others first standardise each channel to v. Then
    ``post-nonlinear`` returns tanh v + 0.3 v, and ``mlp-L`` applies L layers, each a leaky ReLU
    followed by a random orthogonal matrix, so that every layer is invertible and well conditioned.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of randomness.
    signals : numpy.ndarray
        Shape (channel, time).
    mixing : str
        ``linear``, ``post-nonlinear`` or ``mlp-L`` with a number L.

    Returns
    -------
    numpy.ndarray
        Shape (channel, time).
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
    """Add white Gaussian noise.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of randomness.
    signals : numpy.ndarray
        Shape (channel, time).
    fraction : float
        Standard deviation of the noise, as a fraction of each channel's.

    Returns
    -------
    numpy.ndarray
        Shape (channel, time).
    """
    deviation = signals.std(axis=-1, keepdims=True)
    return signals + fraction * deviation * generator.standard_normal(signals.shape)


def add_outliers(generator: np.random.Generator, signals: np.ndarray, percent: int) -> np.ndarray:
    """Add outliers, each in one channel at one time point.

    Time points are drawn without replacement, and the channel of each uniformly. An outlier is plus
    or minus ten standard deviations of the original channel.

    Parameters
    ----------
    generator : numpy.random.Generator
        Source of randomness.
    signals : numpy.ndarray
        Shape (channel, time).
    percent : int
        Percentage of time points with an outlier.

    Returns
    -------
    numpy.ndarray
        Shape (channel, time).
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
    """Draw sources for each seed, mix them, and add noise and outliers.

    Parameters
    ----------
    name : str
        The data set's id, from which the random streams derive.
    seeds : sequence of int
        One seed per replicate; replicates are independent of each other.
    root_seed : int
        The experiment's seed.
    draw : callable
        Takes a generator and returns sources of shape (source, time).
    n_channels : int
        Number of channels.
    noise : float
        As for `add_noise`.
    mixing : str, default="linear"
        As for `distort`.
    condition : int, optional
        As for `mixing_matrix`.
    outliers : int, default=0
        As for `add_outliers`.
    **described
        Further fields of the data set.

    Returns
    -------
    Dataset
        With sources and, for linear mixing, the mixing matrices.
    """
    sources, matrices, observations = [], [], []
    for seed in seeds:
        replicate = standardised(draw(generator(root_seed, name, "sources", seed)))
        # One stream for the matrix and the nonlinear part.
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
