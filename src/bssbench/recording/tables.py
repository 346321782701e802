"""The tables of a result: sources over time, and matrices between channels and sources."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers import Table, TimeColumn, write_table

__all__ = [
    "is_plain",
    "kept_rows",
    "matrix_table",
    "own_format_name",
    "source_names",
    "write_own_format",
    "write_sources",
]

_DIGITS = "%.9g"
_OWN_CSV = "sources_own_format.csv"
_PLAIN = {"delimiter": ",", "decimal": ".", "separator_line": False}
_DECIMAL_COMMA = re.compile(r"^(\s*[+-]?\d+),(\d+)(?=$|[eE\s])")


def source_names(n_sources: int) -> tuple[str, ...]:
    """Return the names of the sources: ``source_1`` and so on."""
    return tuple(f"source_{index + 1}" for index in range(n_sources))


def write_sources(path: Path, sources: np.ndarray, time: TimeColumn | None) -> None:
    """Write sources (time, source) as CSV, after the time column if there is one.

    The cells of the time column are copied from the file, with a decimal point for a comma.
    """
    names = source_names(sources.shape[1])
    if time is None:
        # Several times as fast as pandas.
        np.savetxt(path, sources, delimiter=",", fmt=_DIGITS, header=",".join(names), comments="")
        return
    import pandas as pd

    table = pd.DataFrame(sources, columns=list(names))
    name = time.name
    while name in names:
        name += "_"
    # As text, to keep all digits of the times.
    table.insert(0, name, [_DECIMAL_COMMA.sub(r"\1.\2", str(cell)) for cell in time.cells])
    table.to_csv(
        path,
        index=False,
        float_format=_DIGITS,
        lineterminator="\n",
        encoding="utf-8",
        errors="backslashreplace",
    )


def own_format_name(path: Path) -> str | None:
    """Return the name of the file with the sources in the format of the recording.

    It is ``sources`` with the suffix of the recording, or another name for ``.csv``, because
    ``sources.csv`` exists anyway. None if the recording has no suffix.
    """
    suffix = path.suffix
    if suffix.lower() in (".gz", ".bz2", ".xz"):
        suffix = Path(path.stem).suffix
    if not suffix or not suffix.isprintable():
        return None
    return _OWN_CSV if suffix.lower() == ".csv" else f"sources{suffix}"


def is_plain(table: Table) -> bool:
    """Return whether ``sources.csv`` already has the format of the recording."""
    if table.path.suffix.lower() != ".csv" or table.kind != "text":
        return False
    return all(table.layout.get(key) == value for key, value in _PLAIN.items())


def write_own_format(path: Path, sources: np.ndarray, table: Table, rows: np.ndarray) -> str:
    """Write sources (time, source) in the format of the recording, and return a remark.

    The remark states how the file differs from the sources, or why it was not written. It is empty
    if there is nothing to report.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    sources : numpy.ndarray
        Shape (time, source).
    table : Table
        The recording.
    rows : numpy.ndarray
        Shape (time,), indices of their rows in the table.
    """
    names = source_names(sources.shape[1])
    try:
        remark = write_table(path, sources, names, kept_rows(table, rows))
    except InputError as error:
        return f"{path.name} was not written: {str(error).removeprefix(f'{path}: ')}"
    return f"{path.name}: {remark}" if remark else ""


def kept_rows(table: Table, rows: np.ndarray) -> Table:
    """Return a table with only these rows."""
    if len(rows) == len(table.values):
        return table
    time = table.time
    if time is not None:
        time = TimeColumn(time.name, [time.cells[row] for row in rows])
    lines = None if table.lines is None else table.lines[rows]
    return replace(table, values=table.values[rows], time=time, lines=lines)


def matrix_table(matrix: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> str:
    """Return a matrix as CSV, with the names of the rows in the first column."""
    import pandas as pd

    table: Any = pd.DataFrame(matrix, columns=list(columns))
    table.insert(0, "", list(rows))
    return str(table.to_csv(index=False, float_format="%.12g", lineterminator="\n"))
