"""Rows of a table, as named in messages and in the option ``--drop``."""

import re
from itertools import pairwise

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.table import Table

__all__ = ["PREFIXES", "drop_option", "row_name", "selected_rows"]

PREFIXES = ("rows:", "lines:")
"""Beginning of an entry of ``--drop`` that refers to rows."""

# Largest number of ranges of rows in a message, and in an option.
_NAMED = 3
_IN_AN_OPTION = 20

_RANGE = re.compile(r"(\d{1,18})(?:-(\d{1,18}))?")


def _numbers(table: Table) -> np.ndarray:
    """Return the number of each row: its line in the file, or an index from 1 without lines."""
    return np.arange(1, len(table.values) + 1) if table.lines is None else table.lines


def _stretches(rows: np.ndarray) -> list[tuple[int, int]]:
    """Return the first and last row of each run of consecutive ascending rows."""
    breaks = np.flatnonzero(np.diff(rows) > 1) + 1
    edges = [0, *breaks.tolist(), len(rows)]
    return [(int(rows[a]), int(rows[b - 1])) for a, b in pairwise(edges)]


def row_name(table: Table, rows: np.ndarray) -> str:
    """Return the name of rows in messages, for example ``lines 3, 7 to 9 and 2 more``.

    Parameters
    ----------
    table : Table
        The table.
    rows : numpy.ndarray
        Indices of rows, in ascending order.

    Returns
    -------
    str
        The name.
    """
    numbers = _numbers(table)
    word = "row" if table.lines is None else "line"
    stretches = _stretches(rows)
    names = [
        f"{numbers[first]}" if first == last else f"{numbers[first]} to {numbers[last]}"
        for first, last in stretches[:_NAMED]
    ]
    more = len(rows) - sum(last - first + 1 for first, last in stretches[:_NAMED])
    if more:
        names.append(f"{more} more")
    listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" and {names[-1]}"
    return f"{word}{'s' if len(rows) > 1 else ''} {listed}"


def drop_option(table: Table, rows: np.ndarray) -> str:
    """Return the option that leaves out rows.

    Parameters
    ----------
    table : Table
        The table.
    rows : numpy.ndarray
        Indices of rows, in ascending order.

    Returns
    -------
    str
        The option; empty if there are too many ranges.
    """
    numbers = _numbers(table)
    stretches = _stretches(rows)
    if len(stretches) > _IN_AN_OPTION:
        return ""
    ranges = [
        f"{numbers[first]}" if first == last else f"{numbers[first]}-{numbers[last]}"
        for first, last in stretches
    ]
    return f"--drop rows:{','.join(ranges)}"


def selected_rows(table: Table, entry: str) -> np.ndarray:
    """Return the rows that an entry of ``--drop`` selects.

    Parameters
    ----------
    table : Table
        The table.
    entry : str
        For example ``rows:301-420,700``.

    Returns
    -------
    numpy.ndarray
        Shape (time,), boolean.

    Raises
    ------
    InputError
        If the entry is invalid or selects no row.
    """
    numbers = _numbers(table)
    selected = np.zeros(len(numbers), dtype=bool)
    for part in entry.partition(":")[2].split(","):
        matched = _RANGE.fullmatch(part.strip())
        if matched is None:
            raise InputError(f"--drop {entry}: write rows as in rows:301-420 or rows:301-420,700")
        first = int(matched[1])
        last = int(matched[2] or first)
        meant = (numbers >= first) & (numbers <= last)
        if not meant.any():
            word = "rows" if table.lines is None else "lines"
            raise InputError(
                f"--drop {entry}: there is no row {part.strip()}; the recording is in {word} "
                f"{numbers[0]} to {numbers[-1]}"
            )
        selected |= meant
    return selected
