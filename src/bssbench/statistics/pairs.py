"""Differences between two methods on the same seeds."""

import pandas as pd

from bssbench.scores.catalogue import SCORES

__all__ = ["paired_differences"]


def paired_differences(
    scores: pd.DataFrame, dataset: str, score: str, method: str, reference: str
) -> pd.Series:
    """Return by how much `method` is better than `reference`, seed by seed.

    A method whose outcome does not depend on the seed is run once where the data are the same for
    every seed, as a recording is; its one row then stands for all seeds of the other method. Of two
    such methods there is one pair.

    Returns
    -------
    pandas.Series
        Indexed by seed, in the unit of the score, positive where `method` is better, whichever
        direction the score has. Seeds without a value of both are left out; none may be left.
    """
    chosen = scores[(scores["dataset"] == dataset) & (scores["score"] == score)]
    ours, theirs = (
        chosen[chosen["method"] == name].set_index("seed")[["value", "status"]]
        for name in (method, reference)
    )
    # Failed seeds have rows, too, so one row is one run.
    if len(ours) == 1 and len(theirs):
        ours = pd.concat([ours] * len(theirs)).set_axis(theirs.index)
    elif len(theirs) == 1 and len(ours):
        theirs = pd.concat([theirs] * len(ours)).set_axis(ours.index)
    better = (ours["value"] - theirs["value"])[
        (ours["status"] == "ok") & (theirs["status"] == "ok")
    ]
    sign = -1.0 if SCORES[score].lower_is_better else 1.0
    return sign * better.dropna().sort_index()
