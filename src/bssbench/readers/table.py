"""A table of numbers that was read from a file, and how it was read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Request", "Table", "TimeColumn"]


@dataclass(frozen=True)
class Request:
    """Options for reading a file; what is None is inferred from the file.

    Attributes
    ----------
    time_column : str or None
        Name, or number from 1, of the column that is time; ``none`` if there is none.
    columns : tuple of str or None
        Names, or numbers from 1, of the channels to be read; all others are left out.
    sampling_rate : float or None
        In Hz.
    array : str or None
        Which array of a file that has several.
    transpose : bool
        That rows of an array are channels, and columns time.
    delimiter : str or None
        Of a text file: a character, or one of ``comma``, ``semicolon``, ``tab``, ``pipe``,
        ``space`` (any white space).
    decimal : str or None
        Of a text file: ``point`` or ``comma``, or the mark itself.
    header : str or None
        Of a text file: the number, from 1, of the line with the names; ``none`` if there is
        none.
    """

    time_column: str | None = None
    columns: tuple[str, ...] | None = None
    sampling_rate: float | None = None
    array: str | None = None
    transpose: bool = False
    delimiter: str | None = None
    decimal: str | None = None
    header: str | None = None


@dataclass(frozen=True)
class TimeColumn:
    """A column of times, counters or row numbers, which is not a channel.

    Attributes
    ----------
    name : str
        As in the file.
    cells : sequence
        One for each row, as they are in the file: text, or numbers.
    """

    name: str
    cells: Sequence[Any]


@dataclass(frozen=True)
class Table:
    """A recording as it was read; rows are time, columns are channels.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    values : numpy.ndarray
        Shape (time, channel), in double precision. What the file has no number for is NaN.
    names : tuple of str
        Of the channels, all different: as in the file, else ``channel_1`` and so on.
    sampling_rate : float or None
        In Hz, where it is known.
    units : tuple of str or None
        Of the channels, where the file has them.
    time : TimeColumn or None
        The column of time that was left out, for output.
    left_out : dict of str to str
        Columns that are not channels, by name, with the reason.
    understood : tuple of str
        How the file was read, as short remarks, for instance ``text in UTF-16``, ``separated by
        semicolons``, ``decimal comma``, ``names in line 1``. Warnings begin with ``warning: ``.
    kind : str
        The name of the module in `bssbench.readers.formats` that read it.
    layout : dict
        What that module needs to write a file like it, in JSON's types.
    lines : numpy.ndarray or None
        Shape (time,), the line of the file, from 1, that each row is in; None where there are no
        lines.
    """

    path: Path
    values: np.ndarray
    names: tuple[str, ...]
    sampling_rate: float | None = None
    units: tuple[str, ...] | None = None
    time: TimeColumn | None = None
    left_out: dict[str, str] = field(default_factory=dict)
    understood: tuple[str, ...] = ()
    kind: str = ""
    layout: dict[str, Any] = field(default_factory=dict)
    lines: np.ndarray | None = None

    def row_name(self, row: int) -> str:
        """Return what a row, counted from 0, is called in a message: its line, or number from 1."""
        return f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"
