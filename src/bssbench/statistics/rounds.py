"""Means and intervals of measurements that were repeated in rounds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

__all__ = ["FEWEST_ROUNDS", "Interval", "mean_over_rounds", "ratio_over_rounds"]

FEWEST_ROUNDS = 5
"""Smallest number of rounds for an interval."""

# Higher than for scores, because there are many intervals, and repeated measurements should give
# the same decisions.
_CONFIDENCE = 0.99


@dataclass(frozen=True)
class Interval:
    """An estimate with its 99 % interval over rounds.

    Attributes
    ----------
    estimate : float
        The estimate.
    low, high : float
        Bounds of the interval; NaN for fewer than `FEWEST_ROUNDS` rounds.
    n_rounds : int
        Number of rounds.
    """

    estimate: float
    low: float
    high: float
    n_rounds: int


def mean_over_rounds(values: Sequence[float] | np.ndarray) -> Interval:
    """Return the mean over rounds with its interval by Student's t.

    For five values, a 99 % percentile bootstrap interval would cover the mean in only 90 % of
    cases.

    Parameters
    ----------
    values : sequence of float
        One value per round.

    Returns
    -------
    Interval
        Mean and 99 % interval.
    """
    given = np.asarray(values, dtype=np.float64)
    if not len(given):
        return Interval(np.nan, np.nan, np.nan, 0)
    mean, low, high = given.mean(), np.nan, np.nan
    if len(given) >= FEWEST_ROUNDS:
        quantile = stats.t.ppf((1.0 + _CONFIDENCE) / 2.0, len(given) - 1)
        half = quantile * given.std(ddof=1) / np.sqrt(len(given))
        low, high = mean - half, mean + half
    return Interval(float(mean), float(low), float(high), len(given))


def ratio_over_rounds(numerator: pd.Series, denominator: pd.Series) -> Interval:
    """Return the geometric mean of the ratio of two costs, paired by round.

    The interval is that of the mean logarithm.

    Parameters
    ----------
    numerator, denominator : pandas.Series
        Indexed by round, without duplicates. Values that are not positive count as missing.

    Returns
    -------
    Interval
        Geometric mean and 99 % interval.
    """
    ratios = (numerator[numerator > 0] / denominator[denominator > 0]).dropna()
    found = mean_over_rounds(np.log(ratios.to_numpy(dtype=np.float64)))
    estimate, low, high = map(float, np.exp([found.estimate, found.low, found.high]))
    return Interval(estimate, low, high, found.n_rounds)
