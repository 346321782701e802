"""Whether one method is better than another, or practically equivalent: the signed-rank test.

The Bayesian one: where Nemenyi's test can only fail to tell methods apart, it also says how
probable it is that they differ by nothing that matters.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from bssbench.statistics.ranks import Ranking

__all__ = ["COLUMNS", "EQUIVALENT", "PROBABLE", "compare_pairs", "signed_rank_probabilities"]

EQUIVALENT = 1.0
"""Up to this difference, in dB, methods are practically equivalent."""

PROBABLE = 0.95
"""What is at least as probable is called decided."""

COLUMNS = ("ranking", "method", "other", "p_better", "p_equivalent", "p_worse", "n_datasets")
"""Of `compare_pairs`."""

# Of the pseudo-observation of no difference, as Benavoli et al. (2017) have it.
_PRIOR_STRENGTH = 0.5
# A probability is known to a standard error of 0.004.
_DRAWS, _PARTS = 20_000, 20


def signed_rank_probabilities(
    differences: np.ndarray, equivalent: float, generator: np.random.Generator
) -> np.ndarray:
    """Return how probable it is that one is better, that both are equivalent, and the other better.

    The Bayesian signed-rank test (Benavoli et al., ICML 2014; with a region of practical
    equivalence, Journal of Machine Learning Research 18:77, 2017, section 4.2). The data sets are a
    sample from a population whose distribution has a Dirichlet process as prior, of strength 0.5 on
    a difference of zero, so that the posterior is of weights w ~ Dirichlet(0.5, 1, …, 1) on z₀ = 0
    and the differences z₁, …, z_q. Of two data sets from the population, the mean difference is
    above the region with probability θ = Σ_ij w_i w_j [(z_i + z_j) / 2 > r] (at its edge a half),
    and likewise within it and below. Returned is how often each of the three is the largest.

    Parameters
    ----------
    differences : numpy.ndarray
        Shape (pair, data set): positive where one is better than the other.
    equivalent : float
        The region is from minus to plus this, r, in the unit of the differences.
    generator : numpy.random.Generator
        Draws the weights, the same for all pairs: swapping two methods swaps their probabilities.

    Returns
    -------
    numpy.ndarray
        Shape (pair, 3): one better, equivalent, the other better; each row has the sum 1.
    """
    n_pairs, n_datasets = differences.shape
    with_zero = np.hstack([np.zeros((n_pairs, 1)), differences])
    means = (with_zero[:, :, None] + with_zero[:, None, :]).reshape(n_pairs, -1) / 2
    outside = [np.heaviside(sign * means - equivalent, 0.5).T for sign in (1.0, -1.0)]
    times_largest = np.zeros((n_pairs, 3))
    # In parts, for there are a number for each draw and pair.
    for _ in range(_PARTS):
        weights = generator.dirichlet([_PRIOR_STRENGTH, *np.ones(n_datasets)], _DRAWS // _PARTS)
        products = (weights[:, :, None] * weights[:, None, :]).reshape(len(weights), -1)
        above, below = (products @ where for where in outside)
        largest = np.stack([above, 1.0 - above - below, below]).argmax(axis=0)
        times_largest += np.stack([(largest == which).sum(axis=0) for which in range(3)], axis=1)
    return times_largest / _DRAWS


def compare_pairs(rankings: Sequence[Ranking]) -> pd.DataFrame:
    """Compare the methods of each ranking in pairs, by their medians on its data sets.

    Returns
    -------
    pandas.DataFrame
        A row for each pair, the method of the better mean rank first: ``ranking`` (its title),
        ``method, other, p_better`` (by more than `EQUIVALENT`), ``p_equivalent, p_worse,
        n_datasets``.
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
