"""Non-inferiority: whether a method is within a stated margin of another."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from bssbench.statistics.intervals import CONFIDENCE, mean_lower_bound, mean_upper_bound
from bssbench.statistics.sample_size import seeds_for_margin

__all__ = ["Noninferiority", "judge_noninferiority"]


@dataclass(frozen=True)
class Noninferiority:
    """Whether a method is non-inferior to another.

    Attributes
    ----------
    verdict : {"supported", "refuted", "undecided"}
        Supported if `lower` is above −margin, refuted if `upper` is below it.
    mean : float
        Of the paired differences, positive where the method is better; NaN without a pair.
    lower, upper : float
        One-sided bounds of the mean, each for itself with the confidence; NaN if there are fewer
        than two pairs, which are always undecided.
    n_pairs : int
        Seeds with a value of both methods.
    seeds_needed : int or None
        How many seeds would settle it, if undecided and if any number would; see
        `bssbench.statistics.sample_size`.
    """

    verdict: Literal["supported", "refuted", "undecided"]
    mean: float
    lower: float
    upper: float
    n_pairs: int
    seeds_needed: int | None


def judge_noninferiority(
    differences: pd.Series, margin: float, confidence: float = CONFIDENCE
) -> Noninferiority:
    """Hold one-sided bootstrap bounds of the mean difference against the margin.

    Parameters
    ----------
    differences : pandas.Series
        From `bssbench.statistics.pairs.paired_differences`.
    margin : float
        By how much the method may be worse, in the unit of the score; zero asks whether it is
        better.
    confidence : float, optional
        Of each one-sided bound.
    """
    lower = mean_lower_bound(differences, confidence)
    upper = mean_upper_bound(differences, confidence)
    mean, n_pairs = float(differences.mean()), len(differences)
    if lower > -margin:
        return Noninferiority("supported", mean, lower, upper, n_pairs, None)
    if upper < -margin:
        return Noninferiority("refuted", mean, lower, upper, n_pairs, None)
    needed = seeds_for_margin(differences, margin, confidence)
    return Noninferiority("undecided", mean, lower, upper, n_pairs, needed)
