"""The chance level: the scores of a random rotation."""

from functools import cache

import numpy as np
from scipy.optimize import linear_sum_assignment

from bssbench.randomness import random_rotation
from bssbench.scores.measures.matching import decibels

__all__ = ["chance_level"]

_DRAWS = 4000
# Each draw's score as a function of the matched correlations, shape (draw, source).
_SCORES = {
    "mcc": lambda matched: matched.mean(axis=1),
    "si_sdr": lambda matched: decibels(matched**2, 1.0 - matched**2).mean(axis=1),
}


@cache
def chance_level(n_sources: int, score: str = "si_sdr") -> tuple[float, float, float]:
    """Return the 5th, 50th and 95th percentile of the score of randomly rotated sources.

    The correlations of uncorrelated sources of unit variance with a rotation of them are the
    entries of the rotation, so that no data are needed. With few sources the chance level is high:
    for three sources, the median is 4 dB or an MCC of 0.82. Noise, which would lower it, is
    ignored.

    Parameters
    ----------
    n_sources : int
        Number of sources.
    score : {'si_sdr', 'mcc'}, default='si_sdr'
        The score.

    Returns
    -------
    tuple of float
        The three percentiles, in dB for ``si_sdr``.
    """
    generator = np.random.default_rng(0)
    absolute = [np.abs(random_rotation(generator, n_sources)) for _ in range(_DRAWS)]
    matched = np.array([own[linear_sum_assignment(own, maximize=True)] for own in absolute])
    low, middle, high = np.percentile(_SCORES[score](matched), [5, 50, 95])
    return float(low), float(middle), float(high)
