"""How the columns of a text are separated and its numbers are written, found by trying."""

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.table import Request
from bssbench.readers.text.ambiguity import reject_double_comma, settle
from bssbench.readers.text.lines import Lines
from bssbench.readers.text.numbers import INFINITE, MISSING, Notation, notation
from bssbench.readers.time_stamps import looks_like_stamp

__all__ = ["SPOKEN", "Dialect", "cells_of", "find_dialect", "is_numeric", "requested_marks"]

SPOKEN = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    "|": "vertical bars",
    "": "white space",
}
# So many lines, spread over the file, and characters are looked at.
_SAMPLE_LINES = 300
_SAMPLE_CHARACTERS = 300_000
_MISSING = frozenset(MISSING)
_DELIMITERS = {
    **{"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": "", "whitespace": ""},
    **{"\\t": "\t", " ": "", "bar": "|"},
}
_DECIMALS = {"point": ".", "dot": ".", "period": ".", "comma": ","}
_QUOTED = re.compile(r'"[^"]*"|\S+')


@dataclass(frozen=True)
class Dialect:
    """How a line of text is split into cells.

    Attributes
    ----------
    delimiter : str
        A character, or empty for any white space.
    decimal, thousands : str
        The marks in numbers; `thousands` is empty where there is none.
    width : int
        How many columns the rows have.
    trailing : bool
        Whether rows end in a delimiter, after which there is nothing; `width` is without that.
    """

    delimiter: str
    decimal: str
    thousands: str
    width: int
    trailing: bool = False

    @property
    def notation(self) -> Notation:
        """How numbers are written."""
        return notation(self.decimal, self.thousands)

    def cells(self, line: str) -> list[str]:
        """Return the cells of a line, without outer spaces and quotation marks."""
        return cells_of(line, self.delimiter)

    def words(self) -> list[str]:
        """Return remarks on it."""
        remarks = []
        if self.width > 1:
            name = SPOKEN.get(self.delimiter, repr(self.delimiter))
            remarks.append(f"separated by {name}")
        if self.decimal == ",":
            remarks.append("decimal comma")
        if self.thousands:
            remarks.append(f"{self.thousands!r} as thousands separator")
        return remarks


def cells_of(line: str, delimiter: str) -> list[str]:
    """Split a line, minding quotation marks."""
    if not delimiter:
        parts = _QUOTED.findall(line) if '"' in line else line.split()
        return [part.strip('"') for part in parts]
    if '"' not in line:
        return [cell.strip() for cell in line.split(delimiter)]
    row = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
    return [cell.strip() for cell in row]


def is_numeric(cell: str, numbers: Notation) -> bool:
    """Return whether a cell is a number, infinite, or stands for one that is missing."""
    return bool(numbers.is_number(cell)) or cell in _MISSING or bool(INFINITE.fullmatch(cell))


def requested_marks(request: Request) -> tuple[str | None, str | None]:
    """Return the delimiter and the decimal mark that the user asks for.

    Raises
    ------
    InputError
        If they are none, or one and the same.
    """
    delimiter, decimal = request.delimiter, request.decimal
    if delimiter is not None:
        delimiter = _DELIMITERS.get(delimiter.lower(), delimiter)
        if len(delimiter) > 1 or delimiter in ('"', "\n", "\r"):
            raise InputError(
                f"--delimiter {request.delimiter!r}: give a character, or one of comma, semicolon, "
                "tab, pipe, space"
            )
    if decimal is not None:
        decimal = _DECIMALS.get(decimal.lower(), decimal)
        if decimal not in (".", ","):
            raise InputError(f"--decimal must be point or comma, not {request.decimal!r}")
    return delimiter, decimal


def find_dialect(lines: Lines, request: Request, path: Path) -> Dialect:
    """Return the dialect under which most cells are numbers, missing, or time stamps.

    Each delimiter is tried with each decimal mark and mark between thousands on lines spread over
    the file. If several readings explain equally many cells, `settle` chooses one by further
    evidence, or raises an error.

    Parameters
    ----------
    lines : Lines
        Lines of the file, with the marks it states.
    request : Request
        Its delimiter and decimal mark override those that the file states.
    path : pathlib.Path
        For messages.

    Raises
    ------
    InputError
        If no reading has a column of numbers, or two make sense.
    """
    delimiter, decimal = requested_marks(request)
    if delimiter is None:
        delimiter = lines.separator
    if decimal is None and request.delimiter is None:
        decimal = lines.decimal
    sample = _sample(lines.texts)
    scored = [reading for reading in _readings(sample, delimiter, decimal) if reading[0] > 0]
    if not scored:
        shown = lines.texts[0].strip()[:40]
        raise InputError(
            f"{path}: no table of numbers (the first line is {shown!r}); if it is one, give "
            "--delimiter or --decimal"
        )
    best = max(score for score, _ in scored)
    equal = [dialect for score, dialect in scored if score >= best * (1 - 1e-9)]
    if all(dialect.width == 1 and dialect.decimal == "," for dialect in equal):
        # Of two columns of whole numbers a line that is cut off would be a number, too.
        equal += [d for score, d in scored if d.width == 2 and score >= 0.5 * best]
    dialect = settle(equal, lines.texts, path) if len(equal) > 1 else equal[0]
    reject_double_comma(dialect, lines.texts, path)
    return _without_trailing(dialect, sample)


def _sample(lines: Sequence[str]) -> list[str]:
    chosen = np.unique(np.linspace(0, len(lines) - 1, _SAMPLE_LINES).astype(int))
    sample = [lines[index] for index in chosen]
    kept = max(3, int(_SAMPLE_CHARACTERS / max(1.0, sum(map(len, sample)) / len(sample))))
    return sample if kept >= len(sample) else sample[:: len(sample) // kept + 1]


def _readings(
    sample: Sequence[str], delimiter: str | None, decimal: str | None
) -> Iterator[tuple[float, Dialect]]:
    """Yield each possible dialect with its score, those to be preferred first."""
    text = "\n".join(sample)
    quoted = '"' in text
    for mark in SPOKEN if delimiter is None else (delimiter,):
        if mark and delimiter is None and mark not in text:
            continue
        rows = [cells_of(line, mark) for line in sample]
        for point in (".", ",") if decimal is None else (decimal,):
            if (point == mark and not quoted) or (decimal is None and point not in text + "."):
                continue
            for thousands in ("", "," if point == "." else ".", " ", "'"):
                if thousands and (thousands not in text.replace("\u00a0", " ")):
                    continue
                if thousands and (thousands == mark and not quoted):
                    continue
                if thousands == " " and not mark:
                    continue
                score, width = _score(rows, notation(point, thousands))
                yield score, Dialect(mark, point, thousands, width)


def _score(rows: Sequence[Sequence[str]], numbers: Notation) -> tuple[float, int]:
    """Return how many lines are rows of one width, each counted by its share of good cells."""
    by_width: dict[int, float] = defaultdict(float)

    @cache
    def kind(cell: str) -> int:
        if numbers.is_number(cell):
            return 2
        return int(cell in _MISSING or bool(INFINITE.fullmatch(cell)) or looks_like_stamp(cell))

    for cells in rows:
        kinds = [kind(cell) for cell in cells]
        # A line without any number is not a row, for example one of empty cells.
        if 2 in kinds:
            by_width[len(cells)] += sum(map(bool, kinds)) / len(kinds)
    if not by_width:
        return 0.0, 0
    width = max(by_width, key=lambda number: by_width[number])
    return by_width[width], width


def _without_trailing(dialect: Dialect, sample: Sequence[str]) -> Dialect:
    """Count no column after a delimiter that ends each row."""
    if not dialect.delimiter or dialect.width < 2:
        return dialect
    rows = [dialect.cells(line) for line in sample]
    last = Counter(cells[-1] == "" for cells in rows if len(cells) == dialect.width)
    names = [cells[-1] for cells in rows if len(cells) == dialect.width and cells[-1]]
    # One line may have a name there: of a column for comments that stayed empty.
    if last[True] and last[False] <= 1 and not any(map(dialect.notation.is_number, names)):
        return Dialect(
            dialect.delimiter, dialect.decimal, dialect.thousands, dialect.width - 1, True
        )
    return dialect
