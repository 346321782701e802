"""Comparison of each method with the best one on a data set, paired by seed."""

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from bssbench.scores.catalogue import SCORES
from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.intervals import mean_intervals
from bssbench.statistics.pairs import paired_differences
from bssbench.statistics.sample_size import fewest_seeds, seeds_for_difference

__all__ = ["ALPHA", "best_method", "compare_with_best", "describe_undecidable"]

ALPHA = 0.05


def compare_with_best(scores: pd.DataFrame) -> pd.DataFrame:
    """Compare each method with the best one on each data set, in each headline score.

    The best method has the highest median among the methods with the fewest missing seeds.
    Controls cannot be the best, and `random` is not compared. The comparisons of one data set and
    score form a family. The test is Wilcoxon's two-sided signed-rank test (scipy, exact for few
    seeds), and the p-values of a family are corrected by Holm's method. If even the smallest
    possible p-value, 2/2ⁿ for n seeds, would not be significant after the correction, the family is
    not decidable.

    Parameters
    ----------
    scores : pandas.DataFrame
        As in ``scores.csv``.

    Returns
    -------
    pandas.DataFrame
        A row for each method except the best, in the order of first appearance. The columns are
        ``dataset, score, best, method``, ``mean_difference`` (method minus best, positive if
        better), ``low, high`` (its 95 % bootstrap interval), ``n_pairs``, ``n_missing`` (seeds
        without a pair), ``p, p_holm``, ``indistinguishable`` (``p_holm`` of at least 0.05),
        ``decidable`` (whether the family is small enough) and ``seeds_needed`` (the number of seeds
        that would make a difference significant, if it is not yet; see
        `bssbench.statistics.sample_size`).
    """
    families = [
        family
        for (dataset, score), rows in scores.groupby(["dataset", "score"], sort=False)
        if SCORES[str(score)].headline
        if (family := _family(rows, str(dataset), str(score))) is not None
    ]
    columns = ["dataset", "score", "best", "method", "mean_difference", "low", "high", "n_pairs"]
    columns += ["n_missing", "p", "p_holm", "indistinguishable", "decidable", "seeds_needed"]
    if not families:
        return pd.DataFrame(columns=columns)
    table = pd.concat(families, ignore_index=True)
    differences = [column.to_numpy() for column in table["differences"]]
    table[["low", "high"]] = mean_intervals(differences)
    return table[columns]


def _family(rows: pd.DataFrame, dataset: str, score: str) -> pd.DataFrame | None:
    """Compare the methods on one data set in one score; None if there is nothing to compare."""
    best = best_method(rows, score)
    methods = [name for name in dict.fromkeys(rows["method"]) if name not in (best, "random")]
    if best is None or not methods:
        return None
    pairs = [paired_differences(rows, dataset, score, method, best) for method in methods]
    family = pd.DataFrame(
        {
            "dataset": dataset,
            "score": score,
            "best": best,
            "method": methods,
            "differences": pairs,
            "mean_difference": [column.mean() for column in pairs],
            "n_pairs": [len(column) for column in pairs],
            "p": [_p_value(column) for column in pairs],
        }
    )
    family["n_missing"] = rows["seed"].nunique() - family["n_pairs"]
    tested = family["p"].notna()
    if not tested.any():
        return None
    family["p_holm"] = np.nan
    family.loc[tested, "p_holm"] = multipletests(family.loc[tested, "p"], ALPHA, "holm")[1]
    family["indistinguishable"] = family["p_holm"] >= ALPHA
    family["decidable"] = family["n_pairs"].max() >= fewest_seeds(ALPHA / tested.sum())
    # In Holm's method, only the undecided comparisons share the level.
    level = ALPHA / max(1, family["indistinguishable"].sum())
    needed = [
        seeds_for_difference(column, level) if undecided else None
        for column, undecided in zip(pairs, family["indistinguishable"], strict=True)
    ]
    return family.assign(seeds_needed=pd.array(needed, dtype="Int64"))


def _p_value(differences: pd.Series) -> float:
    """Return Wilcoxon's two-sided p-value, 1 where no pair differs; NaN without a pair."""
    if len(differences) < 2:
        # A single pair is not informative, and scipy does not accept it.
        return np.nan if differences.empty else 1.0
    # Where all differences are zero, scipy divides zero by zero on its way to a p-value of 1.
    with np.errstate(invalid="ignore"):
        return float(stats.wilcoxon(differences).pvalue)


def best_method(rows: pd.DataFrame, score: str) -> str | None:
    """Return the best method on one data set in one score.

    It has the best median among the methods with the fewest missing seeds; the first one in case of
    ties. Controls are excluded.

    Parameters
    ----------
    rows : pandas.DataFrame
        The rows of ``scores.csv`` for this data set and score.
    score : str
        Name of the score.

    Returns
    -------
    str or None
        None if no method has a value.
    """
    candidates = rows[~rows["method"].isin(CONTROLS)]
    by_method = candidates.assign(
        value=candidates["value"].where(candidates["status"] == "ok"),
    ).groupby("method", sort=False)["value"]
    medians = by_method.median().dropna()
    if medians.empty:
        return None
    missing = (by_method.size() - by_method.count())[medians.index]
    medians = medians[missing == missing.min()]
    return str(medians.idxmin() if SCORES[score].lower_is_better else medians.idxmax())


def describe_undecidable(comparisons: pd.DataFrame) -> list[str]:
    """Describe the families of comparisons that are not decidable.

    Parameters
    ----------
    comparisons : pandas.DataFrame
        From `compare_with_best`.

    Returns
    -------
    list of str
        One line for each such data set and score.
    """
    families = comparisons[~comparisons["decidable"].astype(bool)].groupby(
        ["dataset", "score"], sort=False
    )
    return [
        f"{dataset}, {score}: {rows['n_pairs'].max()} seeds are too few for {len(rows)} comparisons"
        for (dataset, score), rows in families
    ]
