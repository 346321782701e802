"""Where the rows of a table begin and end, and what its columns are called."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.text.dialect import Dialect, is_numeric
from bssbench.readers.text.lines import Lines
from bssbench.readers.text.numbered_header import names_or_sample
from bssbench.readers.time_stamps import looks_like_stamp

__all__ = ["Header", "find_header", "numeric_columns"]

_UNIT = re.compile(
    r"[\[(].{0,12}[\])]|[pnuµμmkMG]?(?:V|A|T|s|Hz|m|g|Pa|K|N|W|S|C|F|Ω|rad|sec)(?:\^?[23]|²|/.{1,5})?"
    r"|m/s(?:\^?2|²)?|°C?F?|deg|%|a\.?u\.?|bpm|mmHg|dB|counts?|volts?|fT/cm|-|"
)
_UNIT_IN_NAME = re.compile(r".*?[\[(]\s*([^\[\]()]{1,12})\s*[\])]\s*")


@dataclass(frozen=True)
class Header:
    """Where the rows are among the lines, and what stands above them.

    Attributes
    ----------
    start, stop : int
        The rows are ``lines.texts[start:stop]``; `stop` is None up to the end.
    names : tuple of str
        Of all columns, empty where there is none.
    units : tuple of str or None
        Likewise.
    style : str
        ``none``, ``line``, ``comment`` (a line that begins with #), or ``short`` (R's: row names
        have no name).
    quoted : bool
        Whether names stand in quotation marks.
    understood : tuple of str
        What is to be said of it.
    """

    start: int
    stop: int | None = None
    names: tuple[str, ...] = ()
    units: tuple[str, ...] | None = None
    style: str = "none"
    quoted: bool = False
    understood: tuple[str, ...] = ()


def numeric_columns(lines: Sequence[str], dialect: Dialect) -> list[bool]:
    """Return which columns hold numbers: in at least half of the rows, where one is given.

    Only rows spread over the file are looked at.
    """
    chosen = np.unique(np.linspace(0, len(lines) - 1, 500).astype(int))
    rows = [row for index in chosen if (row := _row(lines[index], dialect))]
    numeric = []
    for column in range(dialect.width):
        cells = [row[column] for row in rows]
        given = [cell for cell in cells if not _missing(cell, dialect)]
        numbers = sum(bool(dialect.notation.is_number(cell)) for cell in given)
        numeric.append(bool(given) and numbers >= 0.5 * len(given))
    return numeric


def find_header(
    lines: Lines, dialect: Dialect, numeric: Sequence[bool], asked: str | None, path: Path
) -> Header:
    """Find the rows and their names.

    Rows begin at the first line that has a number, or a mark of a missing one, in each numeric
    column. The line above has the names if none of its cells is a number where numbers are below;
    a row of units between them is understood, and so are R's names without one for the row names,
    names in a comment, pandas' whole numbers and several lines of names, which are joined.

    Parameters
    ----------
    lines : Lines
        Of the file.
    dialect : Dialect
        How cells are separated.
    numeric : sequence of bool
        Which columns hold numbers.
    asked : str or None
        What the user says: the number of the line of names, or ``none``.
    path : pathlib.Path
        For messages.

    Raises
    ------
    InputError
        If there are no rows; if the line above them has a text cell among numbers; if it may be a
        sample or names.
    """
    texts = lines.texts
    start = _first_row(texts, dialect, numeric)
    if start is None:
        raise InputError(f"{path}: there is a header but no data")
    stop = _after_last_row(texts, dialect, start)
    footer = (
        [f"line {lines.numbers[stop]} and what follows is a footer"] if stop < len(texts) else []
    )
    if asked is not None:
        header = _as_asked(lines, dialect, asked, start, path)
    else:
        header = _found(lines, dialect, numeric, start, path)
    if header.start >= stop:
        raise InputError(f"{path}: there is a header but no data")
    return replace(
        header,
        stop=stop,
        names=header.names or ("",) * dialect.width,
        understood=(*header.understood, *footer),
    )


def _missing(cell: str, dialect: Dialect) -> bool:
    return is_numeric(cell, dialect.notation) and not dialect.notation.is_number(cell)


def _row(line: str, dialect: Dialect) -> list[str] | None:
    """Return the cells of a line that may be a row: as wide as it should be, with a number."""
    cells = dialect.cells(line)
    if dialect.trailing and len(cells) == dialect.width + 1 and not cells[-1]:
        del cells[-1]
    if len(cells) != dialect.width or not any(map(dialect.notation.is_number, cells)):
        return None
    return cells


def _first_row(texts: Sequence[str], dialect: Dialect, numeric: Sequence[bool]) -> int | None:
    for index, line in enumerate(texts):
        cells = _row(line, dialect)
        if cells is not None and all(
            is_numeric(cell, dialect.notation)
            for cell, number in zip(cells, numeric, strict=True)
            if number
        ):
            return index
    return None


def _after_last_row(texts: Sequence[str], dialect: Dialect, start: int) -> int:
    """Return where a footer begins: at most five lines of words at the end."""
    stop = len(texts)
    while stop > max(start + 1, len(texts) - 5):
        cells = [cell for cell in dialect.cells(texts[stop - 1]) if cell]
        if any(is_numeric(cell, dialect.notation) or looks_like_stamp(cell) for cell in cells):
            break
        stop -= bool(cells) or 1
    # Five lines or more of words are no footer; they are said to be wrong where they stand.
    return len(texts) if stop == len(texts) - 5 else stop


def _as_asked(lines: Lines, dialect: Dialect, asked: str, start: int, path: Path) -> Header:
    if asked.strip().casefold() == "none":
        return Header(start)
    if not asked.strip().isdigit():
        raise InputError(f"--header must be the number of a line, or none, not {asked!r}")
    number = int(asked)
    if number in lines.comments:
        names = _padded(dialect.cells(lines.comments[number]), dialect)
        index = None
    elif number in lines.numbers:
        index = lines.numbers.index(number)
        names = _padded(dialect.cells(lines.texts[index]), dialect)
    else:
        raise InputError(f"{path}: --header {number}: there is no such line, or it is empty")
    if names is None:
        raise InputError(
            f"{path}: --header {number}: that line has not the {dialect.width} columns that the "
            "rows have"
        )
    first = start if index is None else max(start, index + 1)
    style = "comment" if index is None else "line"
    return Header(first, None, names, None, style, False, (f"names in line {number}",))


def _found(
    lines: Lines, dialect: Dialect, numeric: Sequence[bool], start: int, path: Path
) -> Header:
    texts = lines.texts
    # What looks like the first row may be names that are numbers.
    first = _row(texts[start], dialect)
    above = start and _names_in(texts[start - 1], dialect, numeric)
    if (
        first
        and not above
        and names_or_sample(first, texts[start : start + 2000], dialect, lines.numbers[start], path)
    ):
        quoted = '"' in texts[start]
        said = f"names in line {lines.numbers[start]} (numbers)"
        return Header(start + 1, None, tuple(first), None, "line", quoted, (said,))
    candidates = []
    index = start - 1
    while index >= 0 and (names := _names_in(texts[index], dialect, numeric)):
        candidates.append((index, names))
        index -= 1
        if len(candidates) == 4:
            break
    if not candidates:
        _refuse_mistake(lines, dialect, numeric, start, path)
        return _from_comment(lines, dialect, numeric, start)
    units = None
    if len(candidates) > 1 and _are_units(candidates[0][1], numeric):
        units = candidates.pop(0)[1]
    return _from_lines(lines, dialect, candidates, units, start)


def _names_in(line: str, dialect: Dialect, numeric: Sequence[bool]) -> tuple[str, ...] | None:
    """Return the names in a line, or None if it has none for the columns of numbers."""
    cells = dialect.cells(line) if dialect.width > 1 else [line.strip().strip('"')]
    names = _padded(cells, dialect)
    if names is None:
        return None
    above_numbers = [name for name, number in zip(names, numeric, strict=True) if number]
    if not any(names) or any(map(dialect.notation.is_number, above_numbers)):
        return None
    return names


def _padded(cells: Sequence[str], dialect: Dialect) -> tuple[str, ...] | None:
    """Return one name for each column, or None if there are too few or too many."""
    width = dialect.width
    if len(cells) == width - 1 and width > 1:
        return ("", *cells)  # R's: row names have no name
    if len(cells) == width + 1 and (dialect.trailing or not cells[-1]):
        return tuple(cells[:width])
    return tuple(cells) if len(cells) == width else None


def _are_units(cells: Sequence[str], numeric: Sequence[bool]) -> bool:
    over = [cell for cell, number in zip(cells, numeric, strict=True) if number]
    return any(over) and all(_UNIT.fullmatch(cell) for cell in over)


def _refuse_mistake(
    lines: Lines, dialect: Dialect, numeric: Sequence[bool], start: int, path: Path
) -> None:
    """Refuse a text cell among numbers in the line above the rows: it belongs to them."""
    cells = _row(lines.texts[start - 1], dialect) if start else None
    if cells is None:
        return
    wrong = [
        index
        for index, cell in enumerate(cells)
        if numeric[index] and not is_numeric(cell, dialect.notation)
    ]
    right = [i for i, cell in enumerate(cells) if numeric[i] and i not in wrong]
    if wrong and right:
        number = lines.numbers[start - 1]
        raise InputError(
            f"{path}: line {number}, column {wrong[0] + 1}: expected a number, found "
            f"{cells[wrong[0]]!r}; if that line has the names, give --header {number}"
        )


def _from_lines(
    lines: Lines,
    dialect: Dialect,
    candidates: Sequence[tuple[int, tuple[str, ...]]],
    units: tuple[str, ...] | None,
    start: int,
) -> Header:
    nearest, names = candidates[0]
    used = [nearest]
    for index, above in candidates[1:]:
        # pandas writes the index's name in a line of its own, and levels of names in several.
        if sum(map(bool, names)) <= 1 < len(names) or len(set(names)) < len(names):
            used.insert(0, index)
            pairs = zip(above, names, strict=True)
            names = tuple(
                below or top if not (below and top) or below == top else f"{top} {below}"
                for top, below in pairs
            )
    at = " and ".join(str(lines.numbers[index]) for index in used)
    said = [f"names in line{'s' if len(used) > 1 else ''} {at}"]
    if units is not None:
        said.append("a row of units below")
    if used[0] > 0:
        said.append(f"what is above line {lines.numbers[used[0]]} is taken as a preamble")
    raw = lines.texts[nearest]
    short = dialect.width > 1 and len(dialect.cells(raw)) == dialect.width - 1
    return Header(
        start,
        None,
        names,
        units or _units_in(names),
        "short" if short else "line",
        raw.lstrip().startswith('"'),
        tuple(said),
    )


def _units_in(names: Sequence[str]) -> tuple[str, ...] | None:
    """Return units that names have in brackets."""
    units = tuple(
        match[1] if (match := _UNIT_IN_NAME.fullmatch(name)) and _UNIT.fullmatch(match[1]) else ""
        for name in names
    )
    return units if any(units) else None


def _from_comment(lines: Lines, dialect: Dialect, numeric: Sequence[bool], start: int) -> Header:
    """Take names from the comment next above the rows, if it has as many words as columns."""
    said = (
        [f"what is above line {lines.numbers[start]} is taken as a preamble"] if start > 0 else []
    )
    number = max((n for n in lines.comments if n < lines.numbers[start]), default=None)
    if number is None or (start and number < lines.numbers[start - 1]):
        return Header(start, understood=tuple(said))
    names = _names_in(lines.comments[number], dialect, numeric)
    if names is None or not _are_names(names):
        return Header(start, understood=tuple(said))
    said.append(f"names in line {number}, a comment")
    return Header(start, None, names, _units_in(names), "comment", False, tuple(said))


def _are_names(cells: Sequence[str]) -> bool:
    """Return whether the words of a comment may be names: no settings, numbers or dates."""
    wrong = re.compile(r".*[=:].*|.*\d\s*k?Hz.*|[+-]?[\d.,]+", re.IGNORECASE)
    if any(wrong.fullmatch(cell) or looks_like_stamp(cell) for cell in cells):
        return False
    return len(cells) > 1 or not re.search(r"\s", cells[0].strip())
