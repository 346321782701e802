"""The tables of scores and timings, ``scores.csv`` and ``timings.csv``."""

from pathlib import Path

import pandas as pd

from bssbench.errors import InputError
from bssbench.scores.catalogue import SCORES
from bssbench.scores.rows import reading_table

__all__ = ["read_scores", "read_timings"]

_COLUMNS = ["dataset", "method", "seed", "score", "value", "status", "reason"]


def read_scores(path: Path) -> pd.DataFrame:
    """Read ``scores.csv``.

    Raises
    ------
    InputError
        If the file is missing, has other columns, no rows, or what can't be a score.
    """
    with reading_table(path, "CSV", "bssbench score"):
        # Words such as "nan" are data in no column but that of values, where nothing means nothing.
        scores = pd.read_csv(path, keep_default_na=False, na_values={"value": [""]})
    if list(scores.columns) != _COLUMNS:
        raise InputError(f"{path}: expected the columns {','.join(_COLUMNS)}")
    if scores.empty:
        raise InputError(f"{path}: there are no scores in it")
    if not pd.api.types.is_numeric_dtype(scores["value"]):
        raise InputError(f"{path}: the column 'value' holds something that is no number")
    unknown = set(scores["score"]) - set(SCORES)
    if unknown:
        raise InputError(f"{path}: unknown score {min(unknown)!r}")
    return scores


def read_timings(path: Path) -> pd.DataFrame:
    """Read what ``timings.csv`` says of convergence: ``dataset, method, seeds, converged``.

    Where results of several machines are joined, a cell has a row for each; here it has one, their
    sum, in which a seed that two machines ran counts twice, and one that has no criterion not.

    Raises
    ------
    InputError
        If the file is missing, or lacks a column or a number.
    """
    columns = ["dataset", "method", "seeds", "converged"]
    with reading_table(path, "timings", "bssbench score"):
        timings = pd.read_csv(path, usecols=columns)
        timings = timings.astype({"seeds": "Int64", "converged": "Int64"})
    timings["seeds"] = timings["seeds"].where(timings["converged"].notna())
    return timings.groupby(["dataset", "method"], sort=False, as_index=False).sum(min_count=1)
