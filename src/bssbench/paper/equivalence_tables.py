"""The tables that compare pairs of methods: which is better, and which are equivalent."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.statistics.equivalence import EQUIVALENT, PROBABLE
from bssbench.statistics.ranks import Ranking

__all__ = ["decided_pairs", "equivalence_report"]

_TITLE = "Which methods are better, and which are equivalent"
_NOTE = (
    "The Bayesian signed-rank test (Benavoli et al., 2017) of the median SI-SDR over seeds, on the "
    "data sets of the ranks. It gives three probabilities for two methods: that the first is "
    f"better by more than {EQUIVALENT:g} dB, that both are within {EQUIVALENT:g} dB and so "
    "practically equivalent, and that the first is worse. The prior counts as half a data set "
    "without a difference. The first three columns compare each method with the one of the best "
    "mean rank. The others count, for each method, the methods that it is better than, equivalent "
    f"to and worse than with a probability of at least {PROBABLE:g}, and those with which nothing "
    "is decided. The CSV file has every pair."
)


def equivalence_report(rankings: Sequence[Ranking], pairs: pd.DataFrame) -> Report:
    """Return a table for each ranking, from `compare_pairs`."""
    sections = tuple(
        Section(
            title=ranking.title[0].upper() + ranking.title[1:],
            text=f"{decided_pairs(pairs[pairs['ranking'] == ranking.title])}.",
            grids=(Grid(_entries(ranking, pairs), label=str(number)),),
        )
        for number, ranking in enumerate(rankings, start=1)
    )
    nothing = Section(remarks="Too few methods have a result on enough data sets to be compared.")
    return Report("equivalence", _TITLE, _NOTE, pairs, sections or (nothing,))


def _entries(ranking: Ranking, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each method, best mean rank first."""
    own = pairs[pairs["ranking"] == ranking.title]
    swapped = {"method": "other", "other": "method", "p_better": "p_worse", "p_worse": "p_better"}
    both = pd.concat([own, own.rename(columns=swapped)])
    outcomes = ["p_better", "p_equivalent", "p_worse"]
    counts = (both[outcomes] >= PROBABLE).groupby(both["method"]).sum()
    methods = list(ranking.ranks.index)
    against = both[both["other"] == methods[0]].set_index("method")[outcomes]
    entries = pd.DataFrame({"method": methods})
    for outcome in outcomes:
        probabilities = against[outcome].reindex(methods)
        words = outcome.removeprefix("p_")
        entries[f"{words}, p"] = ["–" if np.isnan(p) else f"{p:.2f}" for p in probabilities]
    for outcome, words in zip(
        outcomes, ("better than", "equivalent to", "worse than"), strict=True
    ):
        entries[words] = counts.loc[methods, outcome].astype(str).to_numpy()
    undecided = len(methods) - 1 - counts.loc[methods].sum(axis=1)
    return entries.assign(undecided=undecided.astype(str).to_numpy())


def decided_pairs(pairs: pd.DataFrame) -> str:
    """State how many pairs of a ranking are decided, and how."""
    better = int((pairs[["p_better", "p_worse"]] >= PROBABLE).any(axis=1).sum())
    equivalent = int((pairs["p_equivalent"] >= PROBABLE).sum())
    return (
        f"{better + equivalent} of {len(pairs)} pairs are decided ({better} with one method "
        f"better, {equivalent} equivalent)"
    )
