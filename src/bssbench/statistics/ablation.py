"""What is left of methods without their additions, against the whole methods, paired by seed."""

from collections.abc import Mapping

import pandas as pd

from bssbench.statistics.intervals import mean_intervals
from bssbench.statistics.pairs import paired_differences
from bssbench.statistics.summary import summarise

__all__ = ["ABLATION_SCORES", "compare_with_whole"]

ABLATION_SCORES = ("si_sdr", "mcc")
"""What an ablation looks at."""

_FROM_SUMMARY = ["median", "n_ok", "n_seeds", "reason"]


def compare_with_whole(
    scores: pd.DataFrame, variants: Mapping[str, Mapping[str, str]]
) -> pd.DataFrame:
    """Compare what is left of each method with the method itself.

    Parameters
    ----------
    scores : pandas.DataFrame
        As in ``scores.csv``, of the methods and of what is left of them.
    variants : mapping
        By method, by what is taken away from it, the name of the method that is left.

    Returns
    -------
    pandas.DataFrame
        A row for each score of each of these on each data set, the whole method's first: ``method,
        without`` (empty of the whole method), ``variant`` (the name of what is left), ``dataset,
        score, median, n_ok, n_seeds, reason`` (why values are missing), ``mean_difference`` (over
        seeds, of what is left minus the whole: negative where taking away makes it worse), ``low,
        high`` (its 95 % bootstrap interval), ``n_pairs``. What was not run has no rows.
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
