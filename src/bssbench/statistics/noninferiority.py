"""Non-inferiority: a test of whether a method is within a stated margin of another."""

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
    """Result of a non-inferiority test on paired differences, which are positive if better.

    Attributes
    ----------
    verdict : {'supported', 'refuted', 'undecided'}
        Supported if both lower bounds are above −margin, refuted if both upper bounds are below it.
    mean : float
        Mean of the differences.
    lower, upper : float
        One-sided 95 % bootstrap bounds of the mean; NaN for fewer than two pairs, which are always
        undecided.
    t_lower, t_upper : float
        The same bounds by Student's t. They are included because the bootstrap underestimates the
        spread of few pairs.
    p_refuted, p_supported : float
        One-sided p-values of Student's t test for the null hypotheses that the mean is at least, or
        at most, −margin; NaN for fewer than two pairs.
    n_pairs : int
        Number of pairs.
    seeds_needed : int or None
        Number of seeds that would decide an undecided test, if any number would; see
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
    """Test whether the mean of paired differences is above −margin.

    Parameters
    ----------
    differences : pandas.Series
        From `bssbench.statistics.pairs.paired_differences`.
    margin : float
        In the unit of the score; 0 tests whether the method is better.

    Returns
    -------
    Noninferiority
        The verdict with its numbers.
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
    """Return one-sided bounds of the mean, and p-values of the mean being at least and at most."""
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
