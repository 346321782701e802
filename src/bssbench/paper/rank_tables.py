"""The tables of mean ranks over data sets."""

from collections.abc import Sequence

import pandas as pd

from bssbench.paper.drawing import enumerated
from bssbench.paper.report import Grid, Report, Section
from bssbench.statistics.comparisons import ALPHA
from bssbench.statistics.ranks import Ranking

__all__ = ["distinguished_pairs", "rank_report"]

_TITLE = "Ranks of methods over data sets"
_NOTE = (
    "Ranks of the median SI-SDR over seeds, 1 for the highest; equal medians share the mean of "
    "their ranks. The units are data sets, not seeds: the first of each family and mixing that has "
    "results. Ranked are the methods with a result on every one. ° mean rank not distinguished "
    f"from the best by Nemenyi's test (p ≥ {ALPHA})."
)
_COLUMNS = (
    "ranking",
    "method",
    "mean_rank",
    "p_from_best",
    "n_datasets",
    "friedman_statistic",
    "friedman_p",
    "critical_difference",
)


def rank_report(rankings: Sequence[Ranking]) -> Report:
    """Return a table for each ranking, from `rank_methods`."""
    data = pd.concat(map(_table, rankings)) if rankings else pd.DataFrame(columns=list(_COLUMNS))
    sections = tuple(
        Section(
            title=ranking.title[0].upper() + ranking.title[1:],
            text=_test(ranking),
            grids=(Grid(_entries(ranking), label=str(number)),),
            remarks=_left_out(ranking),
        )
        for number, ranking in enumerate(rankings, start=1)
    )
    nothing = Section(remarks="Too few methods have a result on enough data sets to be ranked.")
    return Report("ranks", _TITLE, _NOTE, data, sections or (nothing,))


def _table(ranking: Ranking) -> pd.DataFrame:
    """Return a ranking's rows of the CSV file."""
    means = ranking.mean_ranks
    p_values, n_datasets = ranking.p_values.iloc[0].to_numpy(), ranking.ranks.shape[1]
    tests = (ranking.statistic, ranking.p, ranking.critical_difference)
    values = (ranking.title, means.index, means.to_numpy(), p_values, n_datasets, *tests)
    return pd.DataFrame(dict(zip(_COLUMNS, values, strict=True)))


def _entries(ranking: Ranking) -> pd.DataFrame:
    """Return entries: mean rank, then the rank on each data set."""
    grid = ranking.ranks.map("{:g}".format)
    alike = ranking.p_values.iloc[0] >= ALPHA
    means = ranking.mean_ranks.map("{:.2f}".format) + alike.map({True: " °", False: ""})
    grid.insert(0, "mean rank", means)
    return grid.rename_axis(index="method", columns=None).reset_index()


def _test(ranking: Ranking) -> str:
    """Describe Friedman's and Nemenyi's tests, and what they find."""
    n_methods, n_datasets = ranking.ranks.shape
    return (
        f"{n_methods} methods on {n_datasets} data sets: Friedman's chi-squared = "
        f"{ranking.statistic:.1f}, p = {ranking.p:.2g}. The critical difference between two mean "
        f"ranks is {ranking.critical_difference:.2f}. {distinguished_pairs(ranking)}"
    )


def distinguished_pairs(ranking: Ranking) -> str:
    """State how many pairs Nemenyi's test distinguishes, and which, best methods first."""
    methods = list(ranking.ranks.index)
    n_pairs = len(methods) * (len(methods) - 1) // 2
    differs = ranking.p_values.to_numpy() < ALPHA
    # Methods that are better than the same others share a clause.
    winners: dict[tuple[str, ...], list[str]] = {}
    for place, method in enumerate(methods):
        worse = tuple(
            methods[other] for other in range(place + 1, len(methods)) if differs[place, other]
        )
        if worse:
            winners.setdefault(worse, []).append(method)
    n_found = sum(len(worse) * len(better) for worse, better in winners.items())
    if not winners:
        return f"Nemenyi's test distinguishes none of the {n_pairs} pairs of methods."
    clauses = [
        f"{enumerated(better)} {'ranks' if len(better) == 1 else 'rank'} above {enumerated(worse)}"
        for worse, better in winners.items()
    ]
    return (
        f"Nemenyi's test distinguishes {n_found} of {n_pairs} pairs of methods: "
        f"{'; '.join(clauses)}."
    )


def _left_out(ranking: Ranking) -> str:
    """List the methods and data sets that are not ranked."""
    listed = [
        f"- {name}: {why}"
        for names in (ranking.left_out_datasets, ranking.left_out_methods)
        for name, why in names.items()
    ]
    return "Left out:\n\n" + "\n".join(listed) if listed else "Nothing is left out."
