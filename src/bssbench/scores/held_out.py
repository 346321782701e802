"""The table of objectives on held-out time, ``selection.csv``."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bssbench.scores.rows import read_rows, write_rows

__all__ = ["HeldOutRow", "read_held_out", "write_held_out"]


@dataclass(frozen=True)
class HeldOutRow:
    """One line of ``selection.csv``.

    Attributes
    ----------
    choice, dataset, method : str
        Description of the choice; the data set's id; the method.
    parameters : str
        The candidate, as ``key=value``; the first candidate of a choice is its default.
    seed : int
        A development seed.
    objective : float or None
        Objective on the last fifth of the series, for a model trained on the first four fifths, in
        nats per time point; lower is better. None unless `status` is ``ok``.
    status, reason : str
        As in ``scores.csv``.
    """

    choice: str
    dataset: str
    method: str
    parameters: str
    seed: int
    objective: float | None
    status: str
    reason: str


def write_held_out(path: Path, rows: Iterable[HeldOutRow]) -> None:
    """Write rows as ``selection.csv``.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    rows : iterable of HeldOutRow
        The rows.
    """
    write_rows(path, HeldOutRow, rows)


def read_held_out(paths: Iterable[Path]) -> pd.DataFrame:
    """Read and concatenate files that `write_held_out` wrote; see `read_rows`.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        The files.

    Returns
    -------
    pandas.DataFrame
        A column for each attribute of `HeldOutRow`.
    """
    return read_rows(paths, HeldOutRow, "bssbench held-out")
