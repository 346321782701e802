"""Differences between two methods on the same seeds."""

import pandas as pd

from bssbench.scores.catalogue import SCORES

__all__ = ["paired_differences"]


def paired_differences(
    scores: pd.DataFrame, dataset: str, score: str, method: str, reference: str
) -> pd.Series:
    """Return the difference between two methods for each seed, positive if the first is better.

    On a recording, a method that does not depend on the seed runs only once. Its single value is
    then paired with every seed of the other method. Two such methods form a single pair.

    Parameters
    ----------
    scores : pandas.DataFrame
        As in ``scores.csv``.
    dataset, score : str
        Data set and score.
    method, reference : str
        The methods to compare.

    Returns
    -------
    pandas.Series
        Indexed by seed, in the unit of the score, positive if `method` is better, also for scores
        of which lower values are better. Seeds without both values are left out, so that the series
        may be empty.
    """
    chosen = scores[(scores["dataset"] == dataset) & (scores["score"] == score)]
    ours, theirs = (
        chosen[chosen["method"] == name].set_index("seed")[["value", "status"]]
        for name in (method, reference)
    )
    # Failed seeds also have rows, so that one row means one run.
    if len(ours) == 1 and len(theirs):
        ours = pd.concat([ours] * len(theirs)).set_axis(theirs.index)
    elif len(theirs) == 1 and len(ours):
        theirs = pd.concat([theirs] * len(ours)).set_axis(ours.index)
    better = (ours["value"] - theirs["value"])[
        (ours["status"] == "ok") & (theirs["status"] == "ok")
    ]
    sign = -1.0 if SCORES[score].lower_is_better else 1.0
    return sign * better.dropna().sort_index()
