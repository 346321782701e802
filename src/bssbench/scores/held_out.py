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
        What is chosen, in words; the data set's id; the method.
    parameters : str
        The candidate, as ``key=value``; the first of a choice is its default.
    seed : int
        A development seed.
    objective : float or None
        On the last fifth of the time, of a model trained on the first four fifths; nats per time
        point, lower is better. None unless `status` is ``ok``.
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
    """Write rows as ``selection.csv`` has them."""
    write_rows(path, HeldOutRow, rows)


def read_held_out(paths: Iterable[Path]) -> pd.DataFrame:
    """Read what `write_held_out` wrote, one file after the other; see `read_rows`."""
    return read_rows(paths, HeldOutRow, "bssbench held-out")
