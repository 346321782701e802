"""The Bayesian signed-rank test, which also detects practical equivalence of methods.

Unlike Nemenyi's test, which can only fail to distinguish methods, it also estimates the probability
that two methods are practically equivalent.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from bssbench.statistics.ranks import Ranking

__all__ = ["COLUMNS", "EQUIVALENT", "PROBABLE", "compare_pairs", "signed_rank_probabilities"]

EQUIVALENT = 1.0
"""Largest difference in dB at which methods are practically equivalent."""

PROBABLE = 0.95
"""Probability from which a comparison is decided."""

COLUMNS = ("ranking", "method", "other", "p_better", "p_equivalent", "p_worse", "n_datasets")
"""Columns of `compare_pairs`."""

# Weight of the pseudo-observation of no difference, as in Benavoli et al. (2017).
_PRIOR_STRENGTH = 0.5
# The standard error of a probability is then at most 0.004.
_DRAWS, _PARTS = 20_000, 20


def signed_rank_probabilities(
    differences: np.ndarray, equivalent: float, generator: np.random.Generator
) -> np.ndarray:
    """Return the probabilities of the Bayesian signed-rank test.

    See Benavoli et al. (ICML 2014) and, for the region of practical equivalence, Benavoli et al.
    (Journal of Machine Learning Research 18:77, 2017, section 4.2). The data sets are a sample of a
    population whose distribution has a Dirichlet process prior, with strength 0.5 at a difference
    of zero. The posterior therefore has weights w ~ Dirichlet(0.5, 1, …, 1) on z₀ = 0 and the
    differences z₁, …, z_q. For two data sets of the population, the probability that their mean
    difference is above the region is θ = Σ_ij w_i w_j [(z_i + z_j) / 2 > r], where a value at the
    edge counts one half; the probabilities within and below the region are defined analogously. The
    result is how often each of the three is the largest.

    Parameters
    ----------
    differences : numpy.ndarray
        Shape (pair, data set). Positive if the first method is better.
    equivalent : float
        Half-width r of the region, in the unit of the differences.
    generator : numpy.random.Generator
        Source of the weights, which are the same for all pairs, so that exchanging two methods
        exchanges their probabilities.

    Returns
    -------
    numpy.ndarray
        Shape (pair, 3): first method better, equivalent, second method better. Each row sums to 1.
    """
    n_pairs, n_datasets = differences.shape
    with_zero = np.hstack([np.zeros((n_pairs, 1)), differences])
    means = (with_zero[:, :, None] + with_zero[:, None, :]).reshape(n_pairs, -1) / 2
    outside = [np.heaviside(sign * means - equivalent, 0.5).T for sign in (1.0, -1.0)]
    times_largest = np.zeros((n_pairs, 3))
    # In parts, to limit the memory for all draws and pairs.
    for _ in range(_PARTS):
        weights = generator.dirichlet([_PRIOR_STRENGTH, *np.ones(n_datasets)], _DRAWS // _PARTS)
        products = (weights[:, :, None] * weights[:, None, :]).reshape(len(weights), -1)
        above, below = (products @ where for where in outside)
        largest = np.stack([above, 1.0 - above - below, below]).argmax(axis=0)
        times_largest += np.stack([(largest == which).sum(axis=0) for which in range(3)], axis=1)
    return times_largest / _DRAWS


def compare_pairs(rankings: Sequence[Ranking]) -> pd.DataFrame:
    """Compare the methods of each ranking in pairs, by their medians on its data sets.

    Parameters
    ----------
    rankings : sequence of Ranking
        From `bssbench.statistics.ranks.rank_methods`.

    Returns
    -------
    pandas.DataFrame
        A row for each pair, with the method of the better mean rank first. The columns are
        ``ranking`` (its title), ``method, other``, ``p_better`` (by more than `EQUIVALENT`),
        ``p_equivalent, p_worse`` and ``n_datasets``.
    """
    tables = [pd.DataFrame(columns=list(COLUMNS))]
    for ranking in rankings:
        medians = ranking.medians.to_numpy()
        one, other = np.array(list(combinations(range(len(medians)), 2))).T
        # Seeded, so that equal scores give equal tables.
        found = signed_rank_probabilities(
            medians[one] - medians[other], EQUIVALENT, np.random.default_rng(0)
        )
        methods = ranking.medians.index.to_numpy()
        values = (ranking.title, methods[one], methods[other], *found.T, medians.shape[1])
        tables.append(pd.DataFrame(dict(zip(COLUMNS, values, strict=True))))
    return pd.concat(tables[1:] or tables, ignore_index=True)
