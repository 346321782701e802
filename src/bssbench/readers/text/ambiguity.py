"""Which of several readings of the same text is meant, or the question that settles it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bssbench.errors import InputError

if TYPE_CHECKING:
    from bssbench.readers.text.dialect import Dialect

__all__ = ["reject_double_comma", "settle"]

# So many rows are enough to see what digits follow a comma.
_ROWS = 20_000
# One in ten decimals begins with a zero. This many without one are not a coincidence.
_ROWS_WITHOUT_ZERO = 60


def settle(readings: Sequence[Dialect], lines: Sequence[str], path: Path) -> Dialect:
    """Return the best supported of several readings that explain equally many cells.

    Delimiters go before white space, no mark between thousands before one, the point before the
    comma, except that

    - lines with one comma may be one column with decimal commas or two of whole numbers: digits
      after the comma that begin with a zero, or a whole part ``-0``, speak for the first; a sign
      after the comma, a header with a comma, row numbers before it, or no zero first in 60 rows,
      for the second;
    - a comma before exactly three digits, throughout, may be a decimal mark or stand between
      thousands.

    Raises
    ------
    InputError
        If that decides nothing; the message names the option that does.
    """
    ordered = sorted(readings, key=lambda reading: (not reading.delimiter, reading.thousands != ""))
    first = ordered[0]
    marks = {(reading.delimiter, reading.decimal, reading.thousands) for reading in readings}
    if (",", ".", "") in marks and ("", ",", "") in marks:
        two = next(r for r in readings if r.delimiter == "," and r.decimal == ".")
        one = next(r for r in readings if not r.delimiter and r.decimal == ",")
        return _one_column_or_two(one, two, lines, path)
    comma, thousands = (first.delimiter, ",", ""), (first.delimiter, ".", ",")
    if comma in marks and thousands in marks and (first.delimiter, ".", "") not in marks:
        cell = next(
            cell
            for line in lines
            for cell in first.cells(line)
            if first.notation.is_number(cell) and "," in cell
        )
        raise InputError(
            f"{path}: is the comma in {cell!r} a decimal mark or a thousands separator? "
            "Give --decimal comma or --decimal point"
        )
    return first


def _one_column_or_two(one: Dialect, two: Dialect, lines: Sequence[str], path: Path) -> Dialect:
    is_number = two.notation.is_number
    rows = [cells for cells in map(two.cells, lines[:_ROWS]) if len(cells) == 2]
    numbers = [(left, right) for left, right in rows if is_number(left) and is_number(right)]
    fractions = any("." in left + right for left, right in numbers)
    if fractions or any(right[0] in "+-" for _, right in numbers) or len(rows) > len(numbers):
        return two
    zeros = sum(len(right) > 1 and right[0] == "0" for _, right in numbers)
    if zeros or any(left == "-0" for left, _ in numbers):
        return one
    if len(numbers) > 2 and (np.diff([float(left) for left, _ in numbers]) == 1).all():
        return two
    if sum(len(right) > 1 for _, right in numbers) >= _ROWS_WITHOUT_ZERO:
        return two
    shown = ",".join(numbers[0])
    raise InputError(
        f"{path}: is {shown!r} one number with a decimal comma, or two columns? "
        "Give --decimal comma or --delimiter comma"
    )


def reject_double_comma(dialect: Dialect, lines: Sequence[str], path: Path) -> None:
    """Refuse rows such as ``0,31,1,99``, in which commas separate decimals as well as columns.

    Their sign is an even number of whole numbers, of which every second has leading zeros and no
    sign, and no other has more than one zero first.

    Raises
    ------
    InputError
        If `lines` are such rows.
    """
    if (dialect.delimiter, dialect.decimal) != (",", ".") or dialect.width % 2 or dialect.width < 4:
        return
    rows = [cells for cells in map(dialect.cells, lines[:_ROWS]) if len(cells) == dialect.width]
    wholes = [cell.lstrip("+-") for cells in rows for cell in cells[0::2]]
    decimals = [cell for cells in rows for cell in cells[1::2]]
    if not all(cell.isdigit() for cell in decimals[dialect.width // 2 :]):
        return
    leading = sum(len(cell) > 1 and cell[0] == "0" for cell in decimals)
    if leading > 0.02 * len(decimals) and not any(w[:1] == "0" and len(w) > 1 for w in wholes):
        raise InputError(
            f"{path}: commas are both decimal marks and delimiters; save it with another "
            "delimiter, or with decimal points"
        )
