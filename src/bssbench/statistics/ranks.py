"""Mean ranks of methods over data sets, with Friedman's and Nemenyi's tests."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from bssbench.datasets.families import load_family
from bssbench.datasets.identifier import parse_identifier
from bssbench.statistics.comparisons import ALPHA
from bssbench.statistics.controls import CONTROLS

__all__ = ["Ranking", "rank_methods"]

_LINEAR = "linear mixing"
_ALL = "linear and nonlinear mixing"
# Friedman's test requires at least three methods, and mean ranks at least two data sets.
_FEWEST_METHODS, _FEWEST_DATASETS = 3, 2


@dataclass(frozen=True)
class Ranking:
    """Ranks of methods on data sets.

    The statistical units are data sets; seeds contribute only to the medians.

    Attributes
    ----------
    title : str
        The kinds of mixing.
    ranks : pandas.DataFrame
        Methods (best mean rank first) × data sets. The highest median has rank 1; equal medians
        share the mean of their ranks.
    medians : pandas.DataFrame
        Methods × data sets. The ranked values: medians over seeds of the SI-SDR in dB.
    statistic, p : float
        Friedman's test of any difference between the methods.
    critical_difference : float
        Smallest difference of mean ranks that is significant at 0.05 by Nemenyi's test.
    p_values : pandas.DataFrame
        Methods × methods. The p-values of Nemenyi's test.
    left_out_datasets, left_out_methods : dict of str to str
        The reason for each name that is left out.
    """

    title: str
    ranks: pd.DataFrame
    medians: pd.DataFrame
    statistic: float
    p: float
    critical_difference: float
    p_values: pd.DataFrame
    left_out_datasets: dict[str, str]
    left_out_methods: dict[str, str]

    @property
    def mean_ranks(self) -> pd.Series:
        """Mean ranks over data sets, best first."""
        return self.ranks.mean(axis=1)


def rank_methods(scores: pd.DataFrame) -> list[Ranking]:
    """Rank methods by their median SI-SDR, on linear mixing and on all mixing.

    For each family and kind of mixing, a ranking includes the first data set with results. It
    includes the methods with a result on every one of these data sets. Controls, negative controls
    and recordings are left out. A ranking is omitted if it would have fewer than three methods or
    two data sets, or the same data sets as the previous one.

    Parameters
    ----------
    scores : pandas.DataFrame
        As in ``scores.csv``.

    Returns
    -------
    list of Ranking
        At most two rankings.
    """
    values = scores[(scores["score"] == "si_sdr") & (scores["status"] == "ok")]
    medians = values.pivot_table(
        index="method", columns="dataset", values="value", aggfunc="median"
    )
    datasets, methods = (list(dict.fromkeys(scores[name])) for name in ("dataset", "method"))
    medians = medians.reindex(index=methods, columns=datasets)
    rankings: list[Ranking] = []
    for title in (_LINEAR, _ALL):
        left_out = _left_out(medians.drop(index=CONTROLS, errors="ignore"), title)
        used = [name for name in datasets if name not in left_out]
        if rankings and list(rankings[-1].ranks.columns) == used:
            continue
        ranking = _ranking(title, medians[used], left_out)
        if ranking is not None:
            rankings.append(ranking)
    return rankings


def _left_out(medians: pd.DataFrame, title: str) -> dict[str, str]:
    """Return the reason for each data set that is left out of the ranking."""
    left_out: dict[str, str] = {}
    first: dict[tuple[str, str], str] = {}
    for name in map(str, medians.columns):
        identifier = parse_identifier(name)
        kind = (identifier.stem, identifier.mixing)
        if identifier.recorded:
            left_out[name] = "a recording"
        elif load_family(identifier.stem).negative_control:
            left_out[name] = "a negative control"
        elif title == _LINEAR and identifier.mixing != "linear":
            left_out[name] = "nonlinear mixing"
        elif medians[name].isna().all():
            left_out[name] = "no result"
        elif kind in first:
            left_out[name] = f"of the family and mixing of {first[kind]}"
        else:
            first[kind] = name
    return left_out


def _ranking(title: str, medians: pd.DataFrame, left_out: dict[str, str]) -> Ranking | None:
    """Rank the methods on the data sets of `medians`; None if there are too few of either."""
    methods_out: dict[str, str] = {}
    for method, values in zip(map(str, medians.index), medians.to_numpy(), strict=True):
        lacking = [str(name) for name in medians.columns[np.isnan(values)]]
        if method in CONTROLS:
            methods_out[method] = "a control"
        elif lacking:
            methods_out[method] = f"no result on {', '.join(lacking)}"
    table = medians.drop(index=list(methods_out)).T
    n_datasets, n_methods = table.shape
    if n_methods < _FEWEST_METHODS or n_datasets < _FEWEST_DATASETS:
        return None
    ranks = table.rank(axis=1, ascending=False)
    order = ranks.mean().sort_values(kind="stable").index
    test = stats.friedmanchisquare(*(ranks[method] for method in ranks))
    # Demšar (2006), Statistical comparisons of classifiers over multiple data sets, eq. 7.
    quantile = stats.studentized_range.ppf(1 - ALPHA, n_methods, np.inf) / np.sqrt(2)
    difference = quantile * np.sqrt(n_methods * (n_methods + 1) / (6 * n_datasets))
    # Imported here because it loads matplotlib, and every job of a workflow imports this module.
    import scikit_posthocs

    p_values = scikit_posthocs.posthoc_nemenyi_friedman(ranks)
    return Ranking(
        title=title,
        ranks=ranks[order].T,
        medians=table[order].T,
        statistic=float(test.statistic),
        p=float(test.pvalue),
        critical_difference=float(difference),
        p_values=p_values.loc[order, order],
        left_out_datasets=left_out,
        left_out_methods=methods_out,
    )
