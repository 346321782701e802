"""The exponent of the running time as a power of the number of samples."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

__all__ = ["Scaling", "fit_scaling", "lengths_above_overhead"]

_ABOVE_OVERHEAD = 5.0
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Scaling:
    """A power law fitted to times, seconds ∝ T^slope.

    Attributes
    ----------
    slope : float
        The exponent.
    low, high : float
        Its 95 % confidence interval; NaN for two sizes.
    first, n_sizes : int
        Smallest length and number of lengths in the fit.
    """

    slope: float
    low: float
    high: float
    first: int
    n_sizes: int


def lengths_above_overhead(lengths: Sequence[int], seconds: Sequence[float]) -> list[int]:
    """Return the lengths at which the fixed overhead of a call is small.

    These are the largest lengths, all of which take at least five times as long as the smallest
    measured length, so that at most a fifth of the time is overhead.

    Parameters
    ----------
    lengths : sequence of int
        As for `fit_scaling`.
    seconds : sequence of float
        As for `fit_scaling`.

    Returns
    -------
    list of int
        In ascending order.
    """
    order = np.argsort(lengths)
    sizes = np.asarray(lengths)[order]
    times = np.asarray(seconds, dtype=np.float64)[order]
    overhead = np.flatnonzero(times < _ABOVE_OVERHEAD * times[:1])
    start = overhead[-1] + 1 if len(overhead) else 0
    return [int(size) for size in sizes[start:]]


def fit_scaling(lengths: Sequence[int], seconds: Sequence[float]) -> Scaling | None:
    """Fit log seconds on log T by least squares, over `lengths_above_overhead`.

    The interval is Student's t with n − 2 degrees of freedom.

    Parameters
    ----------
    lengths : sequence of int
        Numbers of samples T, in any order, without duplicates.
    seconds : sequence of float
        Positive times.

    Returns
    -------
    Scaling or None
        None if there are fewer than two lengths.
    """
    times = dict(zip(lengths, seconds, strict=True))
    sizes = lengths_above_overhead(lengths, seconds)
    used = len(sizes)
    if used < 2:
        return None
    line = stats.linregress(np.log(sizes), np.log([times[size] for size in sizes]))
    margin = np.nan
    if used > 2:
        margin = stats.t.ppf((1 + _CONFIDENCE) / 2, used - 2) * line.stderr
    slope = float(line.slope)
    return Scaling(slope, slope - float(margin), slope + float(margin), sizes[0], used)
