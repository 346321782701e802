"""Confidence intervals by bootstrap over seeds, by scipy."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

__all__ = [
    "CONFIDENCE",
    "Interval",
    "mean_interval",
    "mean_intervals",
    "mean_lower_bound",
    "mean_upper_bound",
    "median_interval",
    "median_intervals",
]

CONFIDENCE = 0.95
_RESAMPLES = 10_000
# Resamples at a time: all of them, of a thousand rows at once, would take gigabytes.
_AT_ONCE = 200


@dataclass(frozen=True)
class Interval:
    """An interval, in the unit of the values; both bounds are NaN where there is none."""

    low: float
    high: float


def mean_intervals(
    samples: Sequence[np.ndarray] | np.ndarray, confidence: float = CONFIDENCE
) -> np.ndarray:
    """Return the bootstrap interval of each sample's mean, bias-corrected and accelerated (BCa).

    Where BCa degenerates and has no value, it is the percentile interval. The draws are fixed, so
    equal values have equal intervals; many samples at once are many times faster.

    Parameters
    ----------
    samples : sequence of numpy.ndarray
        Each of shape (value,), of any size; differences of pairs for the interval of their mean.
    confidence : float, optional
        Of the two-sided interval.

    Returns
    -------
    numpy.ndarray
        Shape (sample, 2), lower and upper bounds: the value itself twice where all are the same,
        NaN where there are fewer than two.
    """
    return _intervals(samples, np.mean, "BCa", confidence)


def median_intervals(
    samples: Sequence[np.ndarray] | np.ndarray, confidence: float = CONFIDENCE
) -> np.ndarray:
    """Return the percentile interval of each sample's median; otherwise as `mean_intervals`."""
    return _intervals(samples, np.median, "percentile", confidence)


def mean_interval(values: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of one sample's mean; see `mean_intervals`."""
    return Interval(*map(float, mean_intervals([_array(values)], confidence)[0]))


def median_interval(values: ArrayLike, confidence: float = CONFIDENCE) -> Interval:
    """Return the interval of one sample's median; see `median_intervals`."""
    return Interval(*map(float, median_intervals([_array(values)], confidence)[0]))


def mean_lower_bound(values: ArrayLike, confidence: float = CONFIDENCE) -> float:
    """Return what the mean is above with this one-sided confidence; see `mean_intervals`."""
    return float(_intervals([_array(values)], np.mean, "BCa", confidence, "greater")[0, 0])


def mean_upper_bound(values: ArrayLike, confidence: float = CONFIDENCE) -> float:
    """Return what the mean is below with this one-sided confidence; see `mean_intervals`."""
    return float(_intervals([_array(values)], np.mean, "BCa", confidence, "less")[0, 1])


def _array(values: ArrayLike) -> np.ndarray:
    return np.asarray(values, dtype=np.float64)


def _intervals(
    samples: Sequence[np.ndarray] | np.ndarray,
    statistic: Callable[..., Any],
    method: Literal["BCa", "percentile"],
    confidence: float,
    alternative: Literal["two-sided", "less", "greater"] = "two-sided",
) -> np.ndarray:
    """Bootstrap each sample, those of one size together."""
    bounds = np.full((len(samples), 2), np.nan)
    sizes = np.array([len(sample) for sample in samples])
    for size in set(sizes[sizes > 1]):
        alike = np.flatnonzero(sizes == size)
        values = np.stack([samples[row] for row in alike.tolist()])
        bounds[alike] = _bootstrap(values, statistic, method, confidence, alternative)
    return bounds


def _with_exact_sums(values: np.ndarray) -> np.ndarray:
    """Round each row to 40 bits, so that sums of it are the same in any order and on any machine.

    BCa counts how many resamples have the very mean of the values; that must not hang on rounding.
    """
    _, exponent = np.frexp(np.abs(values).max(axis=1, keepdims=True))
    rounded: np.ndarray = np.ldexp(np.rint(np.ldexp(values, 40 - exponent)), exponent - 40)
    return rounded


def _bootstrap(
    values: np.ndarray,
    statistic: Callable[..., Any],
    method: Literal["BCa", "percentile"],
    confidence: float,
    alternative: Literal["two-sided", "less", "greater"],
) -> np.ndarray:
    """Bootstrap the rows of a matrix, all by the same draws."""
    bounds = np.repeat(values[:, :1], 2, axis=1)
    # Not by resampling: a mean of equal numbers can differ from them in the last digit.
    varied = np.ptp(values, axis=1) > 0
    if not varied.any():
        return bounds
    exact = _with_exact_sums(values[varied])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", stats.DegenerateDataWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        result = stats.bootstrap(
            (exact,),
            statistic,
            n_resamples=_RESAMPLES,
            batch=_AT_ONCE,
            axis=-1,
            confidence_level=confidence,
            alternative=alternative,
            method=method,
            rng=np.random.default_rng(0),
        )
    bounds[varied] = np.stack(result.confidence_interval, axis=-1)
    lacking = np.isnan(bounds).any(axis=1)
    if method == "BCa" and lacking.any():
        bounds[lacking] = _bootstrap(
            values[lacking], statistic, "percentile", confidence, alternative
        )
    return bounds
