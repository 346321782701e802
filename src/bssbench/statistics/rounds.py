"""Measurements that were repeated in rounds: what they say together, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

__all__ = ["FEWEST_ROUNDS", "Interval", "mean_over_rounds", "ratio_over_rounds"]

FEWEST_ROUNDS = 5
"""Fewer tell nothing of how far a measurement can be trusted."""

# Many are looked at, and they are to be decided alike when all is measured again.
_CONFIDENCE = 0.99


@dataclass(frozen=True)
class Interval:
    """An estimate, its 99 % interval over rounds, and how many rounds these are.

    The bounds are NaN where the rounds are fewer than `FEWEST_ROUNDS`.
    """

    estimate: float
    low: float
    high: float
    n_rounds: int


def mean_over_rounds(values: Sequence[float] | np.ndarray) -> Interval:
    """Return the mean of a value for each round, with its interval by Student's t.

    Of five values a percentile bootstrap of 99 % would hold the mean of nine in ten alone.
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
    """Return the geometric mean of the ratios of two costs, which are paired by round.

    Its interval is that of the mean of their logarithms.

    Parameters
    ----------
    numerator, denominator : pandas.Series
        Indexed by round, each once; what is not positive counts as not measured.
    """
    ratios = (numerator[numerator > 0] / denominator[denominator > 0]).dropna()
    found = mean_over_rounds(np.log(ratios.to_numpy(dtype=np.float64)))
    estimate, low, high = map(float, np.exp([found.estimate, found.low, found.high]))
    return Interval(estimate, low, high, found.n_rounds)
