"""Names that are numbers: a header such as ``0,1,2``, which pandas writes, or the first sample."""

import re
from collections.abc import Sequence
from pathlib import Path

from bssbench.errors import InputError
from bssbench.readers.text.dialect import Dialect

__all__ = ["names_or_sample"]

_WHOLE = re.compile(r"[0-9]{1,9}")
# So many significant digits are written by programs that write all there are: zero is '0.0' then.
_ALL_DIGITS = 12


def names_or_sample(
    cells: Sequence[str], lines: Sequence[str], dialect: Dialect, number: int, path: Path
) -> bool:
    """Return whether the first line whose cells are all numbers contains names.

    It does if it is quoted and the others are not; or if its first cell is empty, as over pandas'
    row numbers, and the others count from 0 or 1. Without these signs it must contain distinct
    whole numbers. If most others are fractions and it counts from 0 or 1, it does if it has three
    cells or more, or if all others are fractions with equally many decimals or with all digits.
    Other cases raise an error that asks the user: distinct whole numbers over only fractions, a
    count of one or two cells over mostly fractions, a longer count over mostly whole numbers.

    Parameters
    ----------
    cells : sequence of str
        Of the line.
    lines : sequence of str
        The line and what follows.
    dialect : Dialect
        How cells are separated.
    number : int
        The line's, for the message.
    path : pathlib.Path
        The file, for the message.

    Raises
    ------
    InputError
        If both make sense.
    """
    if len(lines) < 3:
        return False
    if '"' in lines[0] and not any('"' in line for line in lines[1:]):
        return True
    below = [row for line in lines[1:] if len(row := dialect.cells(line)) >= dialect.width]
    named = list(cells)
    # Over row numbers or times there is an empty cell, or a word.
    over_index = len(named) > 1 and not dialect.notation.is_number(named[0])
    if over_index:
        del named[0]
    if not all(_WHOLE.fullmatch(cell) for cell in named) or len(set(named)) < len(named):
        return False
    columns = [[row[index] for row in below] for index in range(dialect.width)][over_index:]
    counts = [int(cell) for cell in named] in (
        list(range(len(named))),
        list(range(1, len(named) + 1)),
    )
    if over_index:
        over_row_numbers = not cells[0] and _count([row[0] for row in below])
        return over_row_numbers or (counts and all(row[0] != cells[0] for row in below))
    # Row numbers are whole below, too; the line above is none of them if it does not fit.
    signals = [
        cells
        for name, cells in zip(named, columns, strict=True)
        if _count([name, *cells]) or not _count(cells)
    ]
    fractions = [cell for cells in signals for cell in cells if not _WHOLE.fullmatch(cell)]
    share = len(fractions) / max(1, len(below) * len(signals))
    if share == 1 and signals:
        written = {_decimals(cell, dialect) for cell in fractions}
        sure = len(written) == 1 or max(map(len, written)) >= _ALL_DIGITS
        if counts and (sure or len(named) > 2):
            return True
        raise _question(named, number, path)
    if counts and share >= 0.5 and len(named) > 2:
        return True
    if counts and (share >= 0.5 or len(named) > 2):
        raise _question(named, number, path)
    return False


def _count(cells: Sequence[str]) -> bool:
    """Return whether cells are whole numbers, each one above the one before."""
    if not all(_WHOLE.fullmatch(cell) for cell in cells):
        return False
    numbers = [int(cell) for cell in cells]
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _decimals(cell: str, dialect: Dialect) -> str:
    """Return a cell's decimals, each digit as 0."""
    return re.sub("[0-9]", "0", cell.partition(dialect.decimal)[2])


def _question(cells: Sequence[str], number: int, path: Path) -> InputError:
    shown = ", ".join(cells[:6]) + (", …" if len(cells) > 6 else "")
    return InputError(
        f"{path}: does line {number} ({shown}) contain names or a sample? "
        f"Give --header {number} or --header none"
    )
