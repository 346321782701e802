"""The names of columns, and their units, in the lines above a table."""

import re
from collections.abc import Sequence

from bssbench.readers.text.dialect import Dialect, is_numeric
from bssbench.readers.text.rows import Kind
from bssbench.readers.time_stamps import looks_like_stamp

__all__ = ["are_names", "are_units", "names_in", "one_for_each", "units_in"]

_UNIT = re.compile(
    r"[\[(].{0,12}[\])]|[pnuµμmkMG]?(?:V|A|T|s|Hz|m|g|Pa|K|N|W|S|C|F|Ω|rad|sec)(?:\^?[23]|²|/.{1,5})?"
    r"|m/s(?:\^?2|²)?|°C?F?|deg|%|a\.?u\.?|bpm|mmHg|dB|counts?|volts?|fT/cm|-|"
)
_UNIT_IN_NAME = re.compile(r".*?[\[(]\s*([^\[\]()]{1,12})\s*[\])]\s*")


def names_in(line: str, dialect: Dialect, kinds: Sequence[Kind]) -> tuple[str, ...] | None:
    """Return the names in a line, or None if it has none for the columns of numbers."""
    names = one_for_each(line, dialect)
    if names is None:
        return None
    above_numbers = [name for name, kind in zip(names, kinds, strict=True) if kind is Kind.NUMBER]
    if not any(names) or any(map(dialect.notation.is_number, above_numbers)):
        return None
    if all(above_numbers) and all(is_numeric(name, dialect.notation) for name in above_numbers):
        return None  # a row of missing numbers
    return names


def one_for_each(line: str, dialect: Dialect) -> tuple[str, ...] | None:
    """Return one name for each column from a line, or None if it has too few or too many."""
    width = dialect.width
    # The name of a single column may contain the delimiter.
    if width == 1:
        return (line.strip().removesuffix(dialect.delimiter * dialect.trailing).strip(' "'),)
    cells = dialect.cells(line)
    if len(cells) == width - 1:
        return ("", *cells)  # R's: row names have no name
    # LabVIEW names a last column for comments that most rows leave out.
    empty = not cells[-1] or cells[-1].casefold().startswith(("comment", "remark", "note"))
    if len(cells) == width + 1 and (dialect.trailing or empty):
        return tuple(cells[:width])
    return tuple(cells) if len(cells) == width else None


def are_units(cells: Sequence[str], kinds: Sequence[Kind]) -> bool:
    """Return whether cells, over the columns of numbers at least, are units."""
    over = [cell for cell, kind in zip(cells, kinds, strict=True) if kind is Kind.NUMBER]
    return any(over) and all(_UNIT.fullmatch(cell) for cell in over)


def units_in(names: Sequence[str]) -> tuple[str, ...] | None:
    """Return units that names have in brackets."""
    units = tuple(
        match[1] if (match := _UNIT_IN_NAME.fullmatch(name)) and _UNIT.fullmatch(match[1]) else ""
        for name in names
    )
    return units if any(units) else None


def are_names(cells: Sequence[str]) -> bool:
    """Return whether the words of a comment may be names: no settings, numbers or dates."""
    wrong = re.compile(r".*[=:].*|.*\d\s*k?Hz.*|[+-]?[\d.,]+", re.IGNORECASE)
    if any(wrong.fullmatch(cell) or looks_like_stamp(cell) for cell in cells):
        return False
    return len(cells) > 1 or not re.search(r"\s", cells[0].strip())
