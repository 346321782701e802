"""Comparison of methods with and without their additions, paired by seed."""

from collections.abc import Mapping

import pandas as pd

from bssbench.statistics.intervals import mean_intervals
from bssbench.statistics.pairs import paired_differences
from bssbench.statistics.summary import summarise

__all__ = ["ABLATION_SCORES", "compare_with_whole"]

ABLATION_SCORES = ("si_sdr", "mcc")
"""The scores that an ablation compares."""

_FROM_SUMMARY = ["median", "n_ok", "n_seeds", "reason"]


def compare_with_whole(
    scores: pd.DataFrame, variants: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """Compare each method with its variants without an addition.

    Parameters
    ----------
    scores : pandas.DataFrame
        As in ``scores.csv``, with the methods and their variants.
    variants : mapping of str to mapping of str to str
        For each method, the name of the variant without each addition.

    Returns
    -------
    pandas.DataFrame
        A row for each variant, data set and score, with the whole method first. The columns are
        ``method``, ``without`` (the removed addition; empty for the whole method), ``variant``,
        ``dataset, score, median, n_ok, n_seeds``, ``reason`` (why values are missing),
        ``mean_difference`` (variant minus whole method over seeds, negative if the variant is
        worse), ``low, high`` (its 95 % bootstrap interval) and ``n_pairs``. Variants that were not
        run have no rows.
    """
    at = ["dataset", "method", "score"]
    summary = summarise(scores[scores["score"].isin(ABLATION_SCORES)]).set_index(at)
    datasets = list(dict.fromkeys(scores["dataset"]))
    rows, differences = [], []
    for method, left in variants.items():
        for without, variant in {"": method, **left}.items():
            for dataset in datasets:
                for score in ABLATION_SCORES:
                    if (dataset, variant, score) not in summary.index:
                        continue
                    paired = paired_differences(scores, dataset, score, variant, method)
                    differences.append(paired.to_numpy() if without else paired.to_numpy()[:0])
                    rows.append(
                        {
                            **{"method": method, "without": without, "variant": variant},
                            **{"dataset": dataset, "score": score},
                            **summary.loc[(dataset, variant, score), _FROM_SUMMARY],
                        }
                    )
    table = pd.DataFrame(
        rows,
        columns=["method", "without", "variant", "dataset", "score", *_FROM_SUMMARY],
    )
    table["mean_difference"] = [own.mean() if len(own) else float("nan") for own in differences]
    table[["low", "high"]] = mean_intervals(differences)
    return table.assign(n_pairs=[len(own) for own in differences])
