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

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    pandas.DataFrame
        Columns ``dataset, method, seed, score, value, status, reason``.

    Raises
    ------
    InputError
        If the file is missing, has other columns, has no rows, or contains invalid scores.
    """
    with reading_table(path, "CSV", "bssbench score"):
        # Texts such as "nan" are kept; only an empty value means that it is missing.
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
    """Read the columns of ``timings.csv`` on convergence.

    If results of several machines were merged, the rows of a cell are summed. A seed that ran on
    two machines then counts twice; a seed without a convergence criterion does not count.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    pandas.DataFrame
        Columns ``dataset, method, seeds, converged``.

    Raises
    ------
    InputError
        If the file is missing, lacks a column, or contains invalid numbers.
    """
    columns = ["dataset", "method", "seeds", "converged"]
    with reading_table(path, "timings", "bssbench score"):
        timings = pd.read_csv(path, usecols=columns)
        timings = timings.astype({"seeds": "Int64", "converged": "Int64"})
    timings["seeds"] = timings["seeds"].where(timings["converged"].notna())
    return timings.groupby(["dataset", "method"], sort=False, as_index=False).sum(min_count=1)
