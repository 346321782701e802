"""Bootstrap confidence intervals over seeds, from scipy."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from scipy import stats

__all__ = ["CONFIDENCE", "mean_intervals", "median_intervals"]

CONFIDENCE = 0.95
_RESAMPLES = 10_000
# Number of resamples at a time, since all resamples of a thousand rows would need gigabytes.
_AT_ONCE = 200

_Alternative = Literal["two-sided", "less", "greater"]


def mean_intervals(
    samples: Sequence[np.ndarray] | np.ndarray, alternative: _Alternative = "two-sided"
) -> np.ndarray:
    """Return the bias-corrected and accelerated 95 % bootstrap interval of each sample's mean.

    If BCa degenerates, the percentile interval is returned. The draws are fixed, so that equal
    values have equal intervals. Computing many samples at once is much faster.

    Parameters
    ----------
    samples : sequence of numpy.ndarray
        Each of shape (value,), of any size. For paired comparisons, pass the differences.
    alternative : {'two-sided', 'less', 'greater'}, default='two-sided'
        As in scipy: ``less`` returns an upper bound and ``greater`` a lower bound, each with the
        full confidence; the other bound is infinite.

    Returns
    -------
    numpy.ndarray
        Shape (sample, 2), lower and upper bounds. Both are the value itself if all values are
        equal, and NaN for fewer than two values.
    """
    return _intervals(samples, np.mean, "BCa", alternative)


def median_intervals(samples: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
    """Return the 95 % percentile bootstrap interval of each sample's median.

    Parameters
    ----------
    samples : sequence of numpy.ndarray
        As for `mean_intervals`.

    Returns
    -------
    numpy.ndarray
        Shape (sample, 2), as for `mean_intervals`.
    """
    return _intervals(samples, np.median, "percentile", "two-sided")


def _intervals(
    samples: Sequence[np.ndarray] | np.ndarray,
    statistic: Callable[..., Any],
    method: Literal["BCa", "percentile"],
    alternative: _Alternative,
) -> np.ndarray:
    """Bootstrap the samples, with samples of equal size together."""
    bounds = np.full((len(samples), 2), np.nan)
    sizes = np.array([len(sample) for sample in samples])
    for size in set(sizes[sizes > 1]):
        alike = np.flatnonzero(sizes == size)
        values = np.stack([samples[row] for row in alike.tolist()])
        bounds[alike] = _bootstrap(values, statistic, method, alternative)
    return bounds


def _with_exact_sums(values: np.ndarray) -> np.ndarray:
    """Round each row to 40 bits, so that its sums are exact in any order and on any machine.

    BCa counts the resamples whose mean equals that of the values, which must not depend on
    rounding.
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
    """Bootstrap the rows of a matrix with the same draws."""
    bounds = np.repeat(values[:, :1], 2, axis=1)
    # Constant rows are not resampled, since a mean of equal numbers can differ in the last digit.
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
