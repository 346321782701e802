"""Finding columns by name or number, and renaming duplicates."""

import difflib
import re
from collections.abc import Sequence

from bssbench.errors import InputError

__all__ = ["distinct_names", "find_column", "find_columns"]


def find_columns(wanted: str, names: Sequence[str], where: str) -> list[int]:
    """Return the columns that a word means: one as `find_column`, or a span such as ``2-5``.

    Raises
    ------
    InputError
        As `find_column`.
    """
    return _span(wanted, names) or [find_column(wanted, names, where)]


def find_column(wanted: str, names: Sequence[str], where: str) -> int:
    """Return the index of the column with a name, or else with a number from 1.

    Case and surrounding spaces are ignored.

    Raises
    ------
    InputError
        If there is none; the message names the nearest.
    """
    folded = [name.strip().casefold() for name in names]
    key = wanted.strip().casefold()
    for candidates, value in ((list(names), wanted), (folded, key)):
        if value and value in candidates:
            return candidates.index(value)
    if re.fullmatch("[0-9]{1,9}", key):
        if 1 <= int(key) <= len(names):
            return int(key) - 1
        raise InputError(f"{where}: there is no column {key}; the file has {len(names)} columns")
    near = difflib.get_close_matches(key, [name for name in folded if name], n=1)
    advice = f"did you mean {names[folded.index(near[0])]!r}?" if near else _listing(names)
    raise InputError(f"{where}: there is no column {wanted!r}; {advice}")


def _span(wanted: str, names: Sequence[str]) -> list[int] | None:
    """Return the columns of a span of numbers such as ``2-5``, unless a column is called so."""
    match = re.fullmatch(r"\s*([0-9]{1,9})\s*-\s*([0-9]{1,9})\s*", wanted)
    if match is None or wanted in names:
        return None
    first, last = int(match[1]), int(match[2])
    return list(range(first - 1, last)) if 1 <= first <= last <= len(names) else None


def _listing(names: Sequence[str]) -> str:
    known = [name for name in names if name]
    if not known:
        return f"the columns have no names; give numbers from 1 to {len(names)}"
    more = ", …" if len(known) > 10 else ""
    return f"columns: {', '.join(known[:10])}{more}"


def distinct_names(names: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Give a name to channels without, and different ones to those that have the same."""
    taken = set(names)
    seen: set[str] = set()
    result = []
    changed = []
    for number, name in enumerate(names, 1):
        new = name or f"channel_{number}"
        suffix = 2
        while new in seen or (new != name and new in taken):
            new = f"{name or f'channel_{number}'}_{suffix}"
            suffix += 1
        if name and new != name:
            changed.append(f"{name!r} of channel {number} to {new!r}")
        seen.add(new)
        result.append(new)
    remarks = f"warning: duplicate names are changed: {', '.join(changed[:5])}"
    more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
    return tuple(result), [remarks + more] if changed else []
