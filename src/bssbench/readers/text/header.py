"""Where the rows of a table begin and end, and what its columns are called."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bssbench.errors import InputError
from bssbench.readers.text.dialect import Dialect, is_numeric
from bssbench.readers.text.lines import Lines
from bssbench.readers.text.names import are_names, are_units, names_in, one_for_each, units_in
from bssbench.readers.text.numbered_header import names_or_sample
from bssbench.readers.text.rows import Kind, after_last_row, first_row, row_of

__all__ = ["Header", "find_header"]


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
        Remarks.
    """

    start: int
    stop: int | None = None
    names: tuple[str, ...] = ()
    units: tuple[str, ...] | None = None
    style: str = "none"
    quoted: bool = False
    understood: tuple[str, ...] = ()


def find_header(
    lines: Lines, dialect: Dialect, kinds: Sequence[Kind], asked: str | None, path: Path
) -> Header:
    """Find the rows and their names.

    Rows begin at the first line whose cells fit their columns (`first_row`). The line
    above has the names if none of its cells is a number where numbers are below; a row of units
    between them is understood, and so are R's names without one for the row names, names in a
    comment, pandas' whole numbers and several lines of names, which are joined.

    Parameters
    ----------
    lines : Lines
        Of the file.
    dialect : Dialect
        How cells are separated.
    kinds : sequence of Kind
        The content of the columns.
    asked : str or None
        Given by the user: the number of the line of names, or ``none``.
    path : pathlib.Path
        For messages.

    Raises
    ------
    InputError
        If there are no rows; if the line above them has a text cell among numbers; if it may be a
        sample or names.
    """
    texts = lines.texts
    start = first_row(texts, dialect, kinds)
    if start is None:
        raise InputError(f"{path}: there is a header but no data")
    stop = after_last_row(texts, dialect, start)
    footer = (
        [f"line {lines.numbers[stop]} and what follows is a footer"] if stop < len(texts) else []
    )
    if asked is not None:
        header = _as_asked(lines, dialect, asked, start, path)
    else:
        header = _found(lines, dialect, kinds, start, path)
    if header.start >= stop:
        raise InputError(f"{path}: there is a header but no data")
    return replace(
        header,
        stop=stop,
        names=header.names or ("",) * dialect.width,
        understood=(*header.understood, *footer),
    )


def _as_asked(lines: Lines, dialect: Dialect, asked: str, start: int, path: Path) -> Header:
    if asked.strip().casefold() == "none":
        return Header(start)
    if not asked.strip().isdigit():
        raise InputError(f"--header must be the number of a line, or none, not {asked!r}")
    number = int(asked)
    if number in lines.comments:
        names = one_for_each(lines.comments[number], dialect)
        index = None
    elif number in lines.numbers:
        index = lines.numbers.index(number)
        names = one_for_each(lines.texts[index], dialect)
    else:
        raise InputError(f"{path}: --header {number}: there is no such line, or it is empty")
    if names is None:
        raise InputError(
            f"{path}: --header {number}: that line does not have {dialect.width} columns like "
            "the rows"
        )
    first = start if index is None else max(start, index + 1)
    style = "comment" if index is None else "line"
    return Header(first, None, names, None, style, False, (f"names in line {number}",))


def _found(lines: Lines, dialect: Dialect, kinds: Sequence[Kind], start: int, path: Path) -> Header:
    texts = lines.texts
    above = start and names_in(texts[start - 1], dialect, kinds)
    for index in range(max(start - 1, 0), start + 1):
        # What looks like a row may be names that are numbers.
        cells = None if above else row_of(texts[index], dialect)
        number = lines.numbers[index]
        if cells and names_or_sample(cells, texts[index : index + 2000], dialect, number, path):
            quoted = '"' in texts[index]
            remarks = f"names in line {number} (numbers)"
            return Header(index + 1, None, tuple(cells), None, "line", quoted, (remarks,))
    candidates = []
    index = start - 1
    while index >= 0 and (names := names_in(texts[index], dialect, kinds)):
        candidates.append((index, names))
        index -= 1
        if len(candidates) == 4:
            break
    if not candidates:
        _reject_mistake(lines, dialect, kinds, start, path)
        return _from_comment(lines, dialect, kinds, start)
    units = None
    if len(candidates) > 1 and are_units(candidates[0][1], kinds):
        units = candidates.pop(0)[1]
    return _from_lines(lines, dialect, candidates, kinds, units, start)


def _reject_mistake(
    lines: Lines, dialect: Dialect, kinds: Sequence[Kind], start: int, path: Path
) -> None:
    """Refuse a text cell among numbers in the line above the rows: it belongs to them."""
    cells = row_of(lines.texts[start - 1], dialect) if start else None
    if cells is None:
        return
    wrong = [
        index
        for index, cell in enumerate(cells)
        if kinds[index] is Kind.NUMBER and not is_numeric(cell, dialect.notation)
    ]
    right = [i for i, cell in enumerate(cells) if kinds[i] is Kind.NUMBER and i not in wrong]
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
    kinds: Sequence[Kind],
    units: tuple[str, ...] | None,
    start: int,
) -> Header:
    nearest, names = candidates[0]
    used = [nearest]
    for index, above in candidates[1:]:
        # pandas writes the name of the index in a separate line, and levels of names in several.
        if sum(map(bool, names)) <= 1 < len(names) or len(set(names)) < len(names):
            used.insert(0, index)
            names = tuple(map(_joined, above, names, kinds))
    first = lines.numbers[used[0]]
    remarks = [f"names in line {first}" if len(used) == 1 else f"names from line {first} on"]
    if units is not None:
        remarks.append("a row of units below")
    if used[0] > 0:
        remarks.append(f"lines above line {first} are taken as a preamble")
    raw = lines.texts[nearest]
    short = dialect.width > 1 and len(dialect.cells(raw)) == dialect.width - 1
    return Header(
        start,
        None,
        names,
        units or units_in(names),
        "short" if short else "line",
        raw.lstrip().startswith('"'),
        tuple(remarks),
    )


def _joined(top: str, below: str, kind: Kind) -> str:
    """Return a channel's name of two levels; an index has the lowest alone."""
    both = kind is Kind.NUMBER and top and below and top != below
    return f"{top} {below}" if both else below or top


def _from_comment(lines: Lines, dialect: Dialect, kinds: Sequence[Kind], start: int) -> Header:
    """Take names from the comment next above the rows, if it has as many words as columns."""
    remarks = (
        [f"lines above line {lines.numbers[start]} are taken as a preamble"] if start > 0 else []
    )
    number = max((n for n in lines.comments if n < lines.numbers[start]), default=None)
    if number is None or (start and number < lines.numbers[start - 1]):
        return Header(start, understood=tuple(remarks))
    names = names_in(lines.comments[number], dialect, kinds)
    if names is None or not are_names(names):
        return Header(start, understood=tuple(remarks))
    remarks.append(f"names in line {number}, a comment")
    return Header(start, None, names, units_in(names), "comment", False, tuple(remarks))
