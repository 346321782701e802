"""Non-inferiority: whether a method is within a stated margin of another."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from bssbench.statistics.intervals import mean_intervals
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
        One-sided 95 % bounds of the mean, each for itself; NaN if there are fewer
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


def judge_noninferiority(differences: pd.Series, margin: float) -> Noninferiority:
    """Hold one-sided bootstrap bounds of the mean of `paired_differences` against −`margin`.

    The margin is in the unit of the score; zero asks whether the method is better.
    """
    sample = [differences.to_numpy(dtype=np.float64)]
    lower = float(mean_intervals(sample, "greater")[0, 0])
    upper = float(mean_intervals(sample, "less")[0, 1])
    mean, n_pairs = float(differences.mean()), len(differences)
    if lower > -margin:
        return Noninferiority("supported", mean, lower, upper, n_pairs, None)
    if upper < -margin:
        return Noninferiority("refuted", mean, lower, upper, n_pairs, None)
    needed = seeds_for_margin(differences, margin)
    return Noninferiority("undecided", mean, lower, upper, n_pairs, needed)
