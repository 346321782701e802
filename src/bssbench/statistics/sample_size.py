"""How many seeds would settle what those at hand leave undecided.

Assumed is that mean and standard deviation of the paired differences stay what they are so far, and
that they are about normal. "Would settle" means with a probability (power) of 80 %. With few seeds
at hand these are orders of magnitude and no promises.
"""

import math

import pandas as pd
from statsmodels.stats.power import TTestPower

from bssbench.statistics.intervals import CONFIDENCE

__all__ = ["POWER", "fewest_seeds", "seeds_for_difference", "seeds_for_margin"]

POWER = 0.8
# The asymptotic efficiency of Wilcoxon's test relative to Student's, for normal differences.
_WILCOXON_EFFICIENCY = 3 / math.pi
# In standard deviations. So large an effect takes a handful of seeds, and statsmodels finds no
# number for larger ones.
_LARGEST_EFFECT = 2.0


def fewest_seeds(alpha: float) -> int:
    """Return how many pairs Wilcoxon's signed-rank test needs to reach ``p < alpha`` at all.

    The smallest two-sided p-value of n pairs is 2/2ⁿ, all differences having one sign.
    """
    return math.floor(math.log2(2 / alpha)) + 1


def seeds_for_difference(differences: pd.Series, alpha: float) -> int | None:
    """Return with how many seeds Wilcoxon's two-sided test would find the mean difference.

    Student's sample size over Wilcoxon's asymptotic relative efficiency, 3/π, and no less than
    `fewest_seeds`. In total, more than the paired differences that leave it undecided; `alpha` is
    already divided for a family. None if no number would do: the mean is zero, or there is no
    spread to go by.
    """
    needed = _seeds(differences, 0.0, alpha, "two-sided")
    if needed is None:
        return None
    wilcoxon = math.ceil(needed / _WILCOXON_EFFICIENCY)
    return max(wilcoxon, fewest_seeds(alpha), len(differences) + 1)


def seeds_for_margin(differences: pd.Series, margin: float) -> int | None:
    """Return with how many seeds a one-sided bound would put the mean on one side of −`margin`.

    Otherwise as `seeds_for_difference`.
    """
    needed = _seeds(differences, -margin, 1 - CONFIDENCE, "larger")
    return None if needed is None else max(math.ceil(needed), len(differences) + 1)


def _seeds(differences: pd.Series, null: float, alpha: float, alternative: str) -> float | None:
    """Return the sample size of Student's test of the mean against `null`."""
    distance, spread = abs(differences.mean() - null), differences.std()
    if not (distance > 0 and spread >= 0):
        return None
    effect = min(distance / spread, _LARGEST_EFFECT) if spread > 0 else _LARGEST_EFFECT
    return float(
        TTestPower().solve_power(
            effect_size=effect, alpha=alpha, power=POWER, alternative=alternative
        )
    )
