"""The rows of a table: from lines to numbers."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.text.dialect import Dialect
from bssbench.readers.text.numbers import INFINITE, MISSING
from bssbench.readers.text.rows import Kind

__all__ = ["Body", "column_cells", "read_body"]

_MISSING = frozenset(MISSING)


@dataclass(frozen=True)
class Body:
    """The content of the rows.

    Attributes
    ----------
    values : numpy.ndarray
        Shape (time, column), NaN where no number is given, and in columns of text.
    text : dict of int to list of str
        The cells of columns that are not numbers.
    n_infinite : int
        How many cells are infinite; they are NaN in `values`.
    """

    values: np.ndarray
    text: dict[int, list[str]]
    n_infinite: int


def read_body(
    lines: list[str],
    numbers: Sequence[int],
    dialect: Dialect,
    kinds: Sequence[Kind],
    names: Sequence[str],
    path: Path,
) -> Body:
    """Read rows.

    pandas reads them fast; where it can't, each cell is read on its own.

    Parameters
    ----------
    lines : list of str
        The rows; changed where one ends in too many delimiters.
    numbers : sequence of int
        The line in the file of each.
    dialect : Dialect
        How lines are split into cells.
    kinds : sequence of Kind
        The content of the columns.
    names : sequence of str
        Of the columns, for messages.
    path : pathlib.Path
        For messages.

    Raises
    ------
    InputError
        If a row has more or fewer columns than the others, or a cell of a column of numbers is
        none; the message has the line and the column.
    """
    _check_widths(lines, numbers, dialect, path)
    content = "\n".join(lines).encode()
    plain = not dialect.thousands
    body = _read_fast(content, dialect, kinds) if plain else None
    if body is None:
        body = _read_each(lines, numbers, dialect, kinds, names, path)
    return body


def column_cells(lines: Sequence[str], dialect: Dialect, column: int) -> list[str]:
    """Return the cells of one column as they are in the file."""
    return [dialect.cells(line)[column] for line in lines]


def _check_widths(lines: list[str], numbers: Sequence[int], dialect: Dialect, path: Path) -> None:
    mark = dialect.delimiter
    expected = dialect.width + dialect.trailing
    if not mark:
        quoted = any('"' in line for line in lines)
        widths = [len(dialect.cells(line)) if quoted else len(line.split()) for line in lines]
    else:
        widths = [
            (line.count(mark) + 1 if '"' not in line else _quoted_width(line, mark))
            for line in lines
        ]
    for index in np.flatnonzero(np.asarray(widths) != expected).tolist():
        line, width = lines[index], widths[index]
        stripped = line.rstrip(" " + mark) if mark != "\t" else line.rstrip()
        surplus = line[len(stripped) :].count(mark) if mark else 0
        if expected < width <= expected + surplus:
            lines[index] = line[: len(stripped)] + mark * (surplus - (width - expected))
        elif dialect.trailing and width == dialect.width and not line.endswith(mark):
            lines[index] = line + mark
        else:
            last = "; is the file cut off?" if index == len(lines) - 1 and width < expected else ""
            raise InputError(
                f"{path}: line {numbers[index]} has {width} columns, expected {dialect.width}{last}"
            )


def _quoted_width(line: str, mark: str) -> int:
    return len(next(csv.reader([line], delimiter=mark, skipinitialspace=True), []))


def _read_fast(content: bytes, dialect: Dialect, kinds: Sequence[Kind]) -> Body | None:
    """Read with pandas' C parser, or return None if a cell is not what it should be.

    From pandas 3.1 on it rounds correctly, as Python does.
    """
    import pandas as pd

    width = dialect.width + dialect.trailing
    where = [index for index, kind in enumerate(kinds) if kind is Kind.NUMBER]
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            header=None,
            names=[str(index) for index in range(width)],
            index_col=False,
            usecols=[str(index) for index in range(dialect.width)],
            dtype={str(i): "float64" if i in where else "object" for i in range(width)},
            sep=dialect.delimiter or r"\s+",
            decimal=dialect.decimal,
            skipinitialspace=True,
            na_values={str(index): MISSING for index in where},
            keep_default_na=False,
            skip_blank_lines=False,
            encoding="utf-8",
        )
    except (ValueError, OverflowError, csv.Error):
        return None
    values = np.full((len(frame), dialect.width), np.nan)
    for index in where:
        values[:, index] = frame[str(index)].to_numpy()
    texts = [index for index in range(dialect.width) if index not in where]
    text = {index: [str(cell).strip() for cell in frame[str(index)]] for index in texts}
    del frame
    return _finished(values, text, dialect)


def _read_each(
    lines: Sequence[str],
    numbers: Sequence[int],
    dialect: Dialect,
    kinds: Sequence[Kind],
    names: Sequence[str],
    path: Path,
) -> Body:
    is_number, value = dialect.notation.is_number, dialect.notation.value
    values = np.full((len(lines), dialect.width), np.nan)
    texts = [index for index, kind in enumerate(kinds) if kind is not Kind.NUMBER]
    text: dict[int, list[str]] = {index: [] for index in texts}
    for row, line in enumerate(lines):
        cells = dialect.cells(line)
        for index in texts:
            text[index].append(cells[index])
        for index, cell in enumerate(cells[: dialect.width]):
            if kinds[index] is not Kind.NUMBER:
                continue
            if is_number(cell):
                values[row, index] = value(cell)
            elif INFINITE.fullmatch(cell):
                values[row, index] = np.inf
            elif cell not in _MISSING:
                column = f"column {names[index]!r}" if names[index] else f"column {index + 1}"
                raise InputError(
                    f"{path}: line {numbers[row]}, {column}: expected a number, found {cell!r}"
                )
    return _finished(values, text, dialect)


def _finished(values: np.ndarray, text: dict[int, list[str]], dialect: Dialect) -> Body:
    """Read columns that seemed empty, and replace infinite values by missing ones."""
    is_number, value = dialect.notation.is_number, dialect.notation.value
    for index, cells in list(text.items()):
        given = [(row, cell) for row, cell in enumerate(cells) if cell not in _MISSING]
        if given and all(is_number(cell) for _, cell in given):
            values[[row for row, _ in given], index] = [value(cell) for _, cell in given]
            del text[index]
    infinite = np.isinf(values)
    n_infinite = int(infinite.sum())
    if n_infinite:
        values[infinite] = np.nan
    return Body(values, text, n_infinite)
