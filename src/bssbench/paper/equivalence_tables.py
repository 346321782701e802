"""The tables of which methods are better than which, and which are practically equivalent."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.statistics.equivalence import EQUIVALENT, PROBABLE
from bssbench.statistics.ranks import Ranking

__all__ = ["equivalence_report"]

_TITLE = "Which methods are better, and which are equivalent"
_NOTE = (
    "The Bayesian signed-rank test (Benavoli et al., 2017) of the median SI-SDR over seeds, on the "
    f"data sets of the ranks: how probable it is that one method is better by more than "
    f"{EQUIVALENT:g} dB, that both are within {EQUIVALENT:g} dB and so practically equivalent, and "
    "that it is worse. The prior counts as half a data set without a difference. Against the best "
    "mean rank these three are given; then to how many of the other methods each is better, "
    f"equivalent and worse with a probability of at least {PROBABLE:g}, and with how many nothing "
    "is decided. The CSV file has every pair."
)


def equivalence_report(rankings: Sequence[Ranking], pairs: pd.DataFrame) -> Report:
    """Return a table for each ranking, from `compare_pairs`."""
    sections = tuple(
        Section(
            title=ranking.title[0].upper() + ranking.title[1:],
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
