"""Non-inferiority: whether a method is within a stated margin of another."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from bssbench.statistics.intervals import CONFIDENCE, mean_intervals
from bssbench.statistics.sample_size import seeds_for_margin

__all__ = ["Noninferiority", "judge_noninferiority"]

_Verdict = Literal["supported", "refuted", "undecided"]


@dataclass(frozen=True)
class Noninferiority:
    """Whether a method is non-inferior to another, by paired differences; positive is better.

    Attributes
    ----------
    verdict : {'supported', 'refuted', 'undecided'}
        Supported if both lower bounds are above −margin, refuted if both upper bounds are below it.
    mean : float
    lower, upper : float
        The one-sided 95 % bounds of the mean, by bootstrap; NaN for fewer than two pairs, which are
        always undecided.
    t_lower, t_upper : float
        The same by Student's t: of few pairs a bootstrap knows the spread less well than it claims.
    p_refuted, p_supported : float
        Student's one-sided p-values of the hypotheses that the mean is no less than −margin, and no
        more; NaN for fewer than two pairs.
    n_pairs : int
    seeds_needed : int or None
        With how many an undecided one would be settled, if any number would do; see
        `bssbench.statistics.sample_size`.
    """

    verdict: _Verdict
    mean: float
    lower: float
    upper: float
    t_lower: float
    t_upper: float
    p_refuted: float
    p_supported: float
    n_pairs: int
    seeds_needed: int | None


def judge_noninferiority(differences: pd.Series, margin: float) -> Noninferiority:
    """Hold one-sided bounds of the mean of `paired_differences` against −`margin`.

    The margin is in the unit of the score; zero asks whether the method is better.
    """
    values = differences.to_numpy(dtype=np.float64)
    lower = float(mean_intervals([values], "greater")[0, 0])
    upper = float(mean_intervals([values], "less")[0, 1])
    t_lower, t_upper, p_refuted, p_supported = _student(values, -margin)
    verdict: _Verdict = "undecided"
    if min(lower, t_lower) > -margin:
        verdict = "supported"
    elif max(upper, t_upper) < -margin:
        verdict = "refuted"
    needed = seeds_for_margin(differences, margin) if verdict == "undecided" else None
    mean, n_pairs = float(differences.mean()), len(values)
    return Noninferiority(
        verdict,
        mean,
        lower,
        upper,
        t_lower,
        t_upper,
        p_refuted,
        p_supported,
        n_pairs,
        needed,
    )


def _student(values: np.ndarray, threshold: float) -> tuple[float, float, float, float]:
    """Return the mean's one-sided bounds, and the p-values of its being no less and no more."""
    if len(values) < 2:
        return np.nan, np.nan, np.nan, np.nan
    if np.ptp(values) == 0:
        return values[0], values[0], float(values[0] >= threshold), float(values[0] <= threshold)
    less, greater = (
        stats.ttest_1samp(values, threshold, alternative=side) for side in ("less", "greater")
    )
    lower = greater.confidence_interval(CONFIDENCE).low
    upper = less.confidence_interval(CONFIDENCE).high
    return float(lower), float(upper), float(less.pvalue), float(greater.pvalue)
