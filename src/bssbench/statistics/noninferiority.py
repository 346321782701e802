"""Non-inferiority: whether a method is within a stated margin of another."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from bssbench.statistics.intervals import mean_intervals
from bssbench.statistics.sample_size import seeds_for_margin

__all__ = ["Noninferiority", "judge_noninferiority"]

_Verdict = Literal["supported", "refuted", "undecided"]


@dataclass(frozen=True)
class Noninferiority:
    """Whether a method is non-inferior to another, by paired differences; positive is better.

    Supported if `lower` is above −margin, refuted if `upper` is below it. The one-sided bounds of
    the mean are NaN for fewer than two pairs, which are always undecided. `seeds_needed` would
    settle what is undecided, if any number would; see `bssbench.statistics.sample_size`.
    """

    verdict: _Verdict
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
    verdict: _Verdict = "undecided"
    if lower > -margin:
        verdict = "supported"
    elif upper < -margin:
        verdict = "refuted"
    needed = seeds_for_margin(differences, margin) if verdict == "undecided" else None
    mean, n_pairs = float(differences.mean()), len(differences)
    return Noninferiority(verdict, mean, lower, upper, n_pairs, needed)
