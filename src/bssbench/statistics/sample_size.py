"""The number of seeds that would decide an undecided comparison.

It is assumed that the paired differences are approximately normal, and that their mean and standard
deviation stay the same with more seeds. The power is 80 %. Estimates from few seeds are orders of
magnitude.
"""

import math

import pandas as pd
from statsmodels.stats.power import TTestPower

from bssbench.statistics.intervals import CONFIDENCE

__all__ = ["POWER", "fewest_seeds", "seeds_for_difference", "seeds_for_margin"]

POWER = 0.8
# The asymptotic efficiency of Wilcoxon's test relative to Student's, for normal differences.
_WILCOXON_EFFICIENCY = 3 / math.pi
# In standard deviations. Such an effect needs only a few seeds, and statsmodels does not converge
# for larger ones.
_LARGEST_EFFECT = 2.0


def fewest_seeds(alpha: float) -> int:
    """Return the smallest number of pairs with which Wilcoxon's test can be significant.

    The smallest two-sided p-value of n pairs is 2/2ⁿ, if all differences have the same sign.

    Parameters
    ----------
    alpha : float
        Significance level.

    Returns
    -------
    int
        Number of pairs.
    """
    return math.floor(math.log2(2 / alpha)) + 1


def seeds_for_difference(differences: pd.Series, alpha: float) -> int | None:
    """Return the number of seeds with which Wilcoxon's two-sided test would be significant.

    It is the sample size of Student's test divided by Wilcoxon's asymptotic relative efficiency,
    3/π, and at least `fewest_seeds`.

    Parameters
    ----------
    differences : pandas.Series
        Paired differences.
    alpha : float
        Significance level, already corrected for the family.

    Returns
    -------
    int or None
        Total number of seeds, more than there are now. None if no number would suffice, because the
        mean is zero or the standard deviation is unknown.
    """
    needed = _seeds(differences, 0.0, alpha, "two-sided")
    if needed is None:
        return None
    wilcoxon = math.ceil(needed / _WILCOXON_EFFICIENCY)
    return max(wilcoxon, fewest_seeds(alpha), len(differences) + 1)


def seeds_for_margin(differences: pd.Series, margin: float) -> int | None:
    """Return the number of seeds with which one-sided bounds would decide on a margin.

    Parameters
    ----------
    differences : pandas.Series
        Paired differences.
    margin : float
        The threshold is −margin.

    Returns
    -------
    int or None
        As for `seeds_for_difference`.
    """
    needed = _seeds(differences, -margin, 1 - CONFIDENCE, "larger")
    return None if needed is None else max(math.ceil(needed), len(differences) + 1)


def _seeds(differences: pd.Series, null: float, alpha: float, alternative: str) -> float | None:
    """Return the sample size of Student's t test of the mean against `null`."""
    distance, spread = abs(differences.mean() - null), differences.std()
    if not (distance > 0 and spread >= 0):
        return None
    effect = min(distance / spread, _LARGEST_EFFECT) if spread > 0 else _LARGEST_EFFECT
    return float(
        TTestPower().solve_power(
            effect_size=effect, alpha=alpha, power=POWER, alternative=alternative
        )
    )
