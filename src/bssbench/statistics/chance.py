"""The scores that a random rotation reaches: the level of chance."""

from functools import cache

import numpy as np
from scipy.optimize import linear_sum_assignment

from bssbench.randomness import random_rotation
from bssbench.scores.measures.matching import decibels

__all__ = ["chance_level"]

_DRAWS = 4000
# From the matched correlations, shape (draw, source), to each draw's score.
_SCORES = {
    "mcc": lambda matched: matched.mean(axis=1),
    "si_sdr": lambda matched: decibels(matched**2, 1.0 - matched**2).mean(axis=1),
}


@cache
def chance_level(n_sources: int, score: str = "si_sdr") -> tuple[float, float, float]:
    """Return the 5th, 50th and 95th percentile of a score of randomly rotated sources.

    For uncorrelated sources of unit variance the correlations with a rotation of themselves are
    that rotation's entries, so no data are needed. With few sources chance is high: for three, 4 dB
    and an MCC of 0.82. Noise, which lowers it further, is left out.

    Parameters
    ----------
    n_sources : int
        A single one is always found, up to its sign.
    score : {'si_sdr', 'mcc'}
        In dB, or as a correlation.
    """
    generator = np.random.default_rng(0)
    absolute = [np.abs(random_rotation(generator, n_sources)) for _ in range(_DRAWS)]
    matched = np.array([own[linear_sum_assignment(own, maximize=True)] for own in absolute])
    low, middle, high = np.percentile(_SCORES[score](matched), [5, 50, 95])
    return float(low), float(middle), float(high)
