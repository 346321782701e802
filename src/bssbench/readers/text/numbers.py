"""What a number looks like in text, and what stands for one that is missing."""

import re
from collections.abc import Callable
from functools import cache

__all__ = ["INFINITE", "MISSING", "Notation", "notation"]

MISSING = (
    "",
    *("NA", "N/A", "n/a", "na", "NaN", "nan", "NAN", "-NaN", "-nan", "+nan", "<NA>", "<na>"),
    *("null", "NULL", "Null", "None", "none", "missing", "Missing", "MISSING"),
    *("#N/A", "#NA", "#N/A N/A", "#DIV/0!", "#VALUE!", "#REF!", "#NUM!", "#NAME?", "#NULL!"),
    *("1.#IND", "-1.#IND", "1.#QNAN", "-1.#QNAN", "-", "--", "---", ".", "?"),
)
INFINITE = re.compile(r"[+-]?(?:inf(?:inity)?|1\.#INF)", re.IGNORECASE)
# Signs that are not the ASCII ones, and Fortran's exponents.
_SIGNS = str.maketrans({"−": "-", "–": "-", "＋": "+"})
_SPACES = {" ": " \u00a0\u202f\u2009"}


class Notation:
    """How numbers are written: with which decimal mark and which mark between thousands.

    A number has a digit before or after its mark. Underscores are not part of one: ``1_1`` is a
    name. Thousands are groups of exactly three digits.
    """

    def __init__(self, decimal: str, thousands: str) -> None:
        mark = re.escape(decimal)
        groups = f"[{re.escape(_SPACES.get(thousands, thousands))}]" if thousands else ""
        whole = rf"(?:[1-9][0-9]{{0,2}}(?:{groups}[0-9]{{3}})+|[0-9]+)" if thousands else "[0-9]+"
        # '1,' is a number and a delimiter, '1.' is a number.
        end = "*" if decimal == "." else "+"
        self.decimal = decimal
        self.thousands = thousands
        self.pattern = (
            rf"[+\-−–＋]?(?:{whole}(?:{mark}[0-9]{end})?|{mark}[0-9]+)(?:[eEdD][+\-−]?[0-9]+)?"
        )
        self.is_number: Callable[[str], re.Match[str] | None] = re.compile(self.pattern).fullmatch
        self._groups = re.compile(groups) if thousands else None

    def value(self, cell: str) -> float:
        """Return the value of a cell for which `is_number` is true."""
        if self._groups is not None:
            cell = self._groups.sub("", cell)
        cell = cell.replace(self.decimal, ".").translate(_SIGNS)
        return float(cell.replace("d", "e").replace("D", "e"))


@cache
def notation(decimal: str = ".", thousands: str = "") -> Notation:
    """Return the notation with these marks."""
    return Notation(decimal, thousands)
