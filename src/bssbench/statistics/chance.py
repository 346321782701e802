"""The mean correlation that a random rotation reaches: the level of chance."""

from functools import cache

import numpy as np
from scipy.optimize import linear_sum_assignment

from bssbench.randomness import random_rotation

__all__ = ["chance_level"]

_DRAWS = 4000


@cache
def chance_level(n_sources: int) -> tuple[float, float, float]:
    """Return the 5th, 50th and 95th percentile of the MCC of randomly rotated sources.

    For uncorrelated sources of unit variance the correlations with a rotation of themselves are
    that rotation's entries, so no data are needed. With few sources chance is high: 0.82 for three.
    """
    if n_sources == 1:
        return 1.0, 1.0, 1.0
    generator = np.random.default_rng(0)
    rotations = [random_rotation(generator, n_sources) for _ in range(_DRAWS)]
    matched = [
        absolute[linear_sum_assignment(absolute, maximize=True)].mean()
        for absolute in map(np.abs, rotations)
    ]
    low, middle, high = np.percentile(matched, [5, 50, 95])
    return float(low), float(middle), float(high)
