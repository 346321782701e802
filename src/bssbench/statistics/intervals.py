"""Confidence intervals by bootstrap over seeds, by scipy."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from scipy import stats

__all__ = ["CONFIDENCE", "mean_intervals", "median_intervals"]

CONFIDENCE = 0.95
_RESAMPLES = 10_000
# Resamples at a time: all of them, of a thousand rows at once, would take gigabytes.
_AT_ONCE = 200

_Alternative = Literal["two-sided", "less", "greater"]


def mean_intervals(
    samples: Sequence[np.ndarray] | np.ndarray, alternative: _Alternative = "two-sided"
) -> np.ndarray:
    """Return the 95 % bootstrap interval of each sample's mean, bias-corrected and accelerated.

    Where BCa degenerates and has no value, it is the percentile interval. The draws are fixed, so
    equal values have equal intervals; many samples at once are many times faster.

    Parameters
    ----------
    samples : sequence of numpy.ndarray
        Each of shape (value,), of any size; differences of pairs for the interval of their mean.
    alternative : {'two-sided', 'less', 'greater'}, optional
        As scipy names them: the mean is below the upper bound of 'less', and above the lower bound
        of 'greater', with the whole confidence; the other bound is infinite.

    Returns
    -------
    numpy.ndarray
        Shape (sample, 2), lower and upper bounds: the value itself twice where all are the same,
        NaN where there are fewer than two.
    """
    return _intervals(samples, np.mean, "BCa", alternative)


def median_intervals(samples: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """Return the percentile interval of each sample's median; otherwise as `mean_intervals`."""
    return _intervals(samples, np.median, "percentile", "two-sided")


def _intervals(
    samples: Sequence[np.ndarray] | np.ndarray,
    statistic: Callable[..., Any],
    method: Literal["BCa", "percentile"],
    alternative: _Alternative,
) -> np.ndarray:
    """Bootstrap each sample, those of one size together."""
    bounds = np.full((len(samples), 2), np.nan)
    sizes = np.array([len(sample) for sample in samples])
    for size in set(sizes[sizes > 1]):
        alike = np.flatnonzero(sizes == size)
        values = np.stack([samples[row] for row in alike.tolist()])
        bounds[alike] = _bootstrap(values, statistic, method, alternative)
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
    alternative: _Alternative,
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
            confidence_level=CONFIDENCE,
            alternative=alternative,
            method=method,
            rng=np.random.default_rng(0),
        )
    bounds[varied] = np.stack(result.confidence_interval, axis=-1)
    lacking = np.isnan(bounds).any(axis=1)
    if method == "BCa" and lacking.any():
        bounds[lacking] = _bootstrap(values[lacking], statistic, "percentile", alternative)
    return bounds
