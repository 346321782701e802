"""Finding the first and last row of a table, and the content of its columns."""

from collections.abc import Sequence
from enum import Enum

import numpy as np

from bssbench.readers.text.dialect import Dialect, is_numeric
from bssbench.readers.time_stamps import looks_like_stamp

__all__ = ["Kind", "after_last_row", "column_kinds", "first_row", "row_of"]

# Number of rows used to classify columns.
_SAMPLE_ROWS = 500
_LONGEST_FOOTER = 5
# A column with words in a smaller share of rows contains remarks, unless they are a preamble.
_SPARSE = 0.1


class Kind(Enum):
    """The content of a column."""

    NUMBER = "numbers"
    STAMP = "dates or times of day"
    EMPTY = "nothing"
    TEXT = "other text"


def column_kinds(lines: Sequence[str], dialect: Dialect) -> list[Kind]:
    """Return the content of each column in at least half of its cells that are not empty.

    Only rows spread over the file are looked at.
    """
    chosen = np.unique(np.linspace(0, len(lines) - 1, _SAMPLE_ROWS).astype(int))
    rows = [row for index in chosen if (row := row_of(lines[index], dialect))]
    return [_kind([row[column] for row in rows], dialect) for column in range(dialect.width)]


def _kind(cells: Sequence[str], dialect: Dialect) -> Kind:
    given = [cell for cell in cells if not _missing(cell, dialect)]
    if len(given) < _SPARSE * len(cells) and not any(map(dialect.notation.is_number, given)):
        return Kind.EMPTY
    if sum(bool(dialect.notation.is_number(cell)) for cell in given) >= 0.5 * len(given):
        return Kind.NUMBER
    stamps = sum(map(looks_like_stamp, given)) >= 0.5 * len(given)
    return Kind.STAMP if stamps else Kind.TEXT


def row_of(line: str, dialect: Dialect) -> list[str] | None:
    """Return the cells of a line that may be a row: as wide as it should be, with a number."""
    cells = dialect.cells(line)
    if len(cells) == dialect.width + 1 and not cells[-1]:
        del cells[-1]
    if len(cells) != dialect.width or not any(map(dialect.notation.is_number, cells)):
        return None
    return cells


def first_row(texts: Sequence[str], dialect: Dialect, kinds: Sequence[Kind]) -> int | None:
    """Return the index of the first row: each cell is missing or fits its column.

    A remark in an otherwise empty column is accepted if the next line has none, so that
    settings in a preamble are not rows. Lines before it that have nothing but marks of missing
    numbers, such as ``nan``, are rows.
    """
    start = None
    for index, line in enumerate(texts):
        cells = row_of(line, dialect)
        if cells is None or not _fits(cells, dialect, kinds, remarks=True):
            continue
        following = row_of(texts[index + 1], dialect) if index + 1 < len(texts) else None
        if _fits(cells, dialect, kinds) or (following and _fits(following, dialect, kinds)):
            start = index
            break
    while start:
        cells = dialect.cells(texts[start - 1])
        if len(cells) != dialect.width or not all(cells) or not _fits(cells, dialect, kinds):
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
    # Five lines or more of words are not a footer; they are reported as errors.
    return len(texts) if stop == len(texts) - _LONGEST_FOOTER else stop


def _fits(
    cells: Sequence[str], dialect: Dialect, kinds: Sequence[Kind], remarks: bool = False
) -> bool:
    return all(
        kind is Kind.TEXT
        or (remarks and kind is Kind.EMPTY)
        or is_numeric(cell, dialect.notation)
        or (kind is Kind.STAMP and looks_like_stamp(cell))
        for cell, kind in zip(cells, kinds, strict=True)
    )


def _missing(cell: str, dialect: Dialect) -> bool:
    return is_numeric(cell, dialect.notation) and not dialect.notation.is_number(cell)
