"""Where the rows of a table begin and end among the lines, and which columns hold numbers."""

from collections.abc import Sequence

import numpy as np

from bssbench.readers.text.dialect import Dialect, is_numeric
from bssbench.readers.time_stamps import looks_like_stamp

__all__ = ["after_last_row", "first_row", "numeric_columns", "row_of"]

# Rows looked at to tell which columns hold numbers.
_SAMPLE_ROWS = 500
_LONGEST_FOOTER = 5


def numeric_columns(lines: Sequence[str], dialect: Dialect) -> list[bool]:
    """Return which columns hold numbers: in at least half of the rows, where one is given.

    Only rows spread over the file are looked at.
    """
    chosen = np.unique(np.linspace(0, len(lines) - 1, _SAMPLE_ROWS).astype(int))
    rows = [row for index in chosen if (row := row_of(lines[index], dialect))]
    numeric = []
    for column in range(dialect.width):
        cells = [row[column] for row in rows]
        given = [cell for cell in cells if not _missing(cell, dialect)]
        numbers = sum(bool(dialect.notation.is_number(cell)) for cell in given)
        numeric.append(bool(given) and numbers >= 0.5 * len(given))
    return numeric


def row_of(line: str, dialect: Dialect) -> list[str] | None:
    """Return the cells of a line that may be a row: as wide as it should be, with a number."""
    cells = dialect.cells(line)
    if dialect.trailing and len(cells) == dialect.width + 1 and not cells[-1]:
        del cells[-1]
    if len(cells) != dialect.width or not any(map(dialect.notation.is_number, cells)):
        return None
    return cells


def first_row(texts: Sequence[str], dialect: Dialect, numeric: Sequence[bool]) -> int | None:
    """Return the index of the first row: a number, or one missing, in each numeric column.

    Rows before it that have nothing but marks of missing numbers, such as ``nan``, are rows.
    """
    start = None
    for index, line in enumerate(texts):
        cells = row_of(line, dialect)
        if cells is not None and _good(cells, dialect, numeric):
            start = index
            break
    while start:
        cells = dialect.cells(texts[start - 1])
        if len(cells) != dialect.width or not all(cells) or not _good(cells, dialect, numeric):
            break
        start -= 1
    return start


def after_last_row(texts: Sequence[str], dialect: Dialect, start: int) -> int:
    """Return where a footer begins: at most five lines of words at the end."""
    stop = len(texts)
    while stop > max(start + 1, len(texts) - _LONGEST_FOOTER):
        cells = [cell for cell in dialect.cells(texts[stop - 1]) if cell]
        if any(is_numeric(cell, dialect.notation) or looks_like_stamp(cell) for cell in cells):
            break
        stop -= 1
    # Five lines or more of words are no footer; they are said to be wrong where they stand.
    return len(texts) if stop == len(texts) - _LONGEST_FOOTER else stop


def _good(cells: Sequence[str], dialect: Dialect, numeric: Sequence[bool]) -> bool:
    pairs = zip(cells, numeric, strict=True)
    return all(is_numeric(cell, dialect.notation) for cell, number in pairs if number)


def _missing(cell: str, dialect: Dialect) -> bool:
    return is_numeric(cell, dialect.notation) and not dialect.notation.is_number(cell)
