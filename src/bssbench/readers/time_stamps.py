"""Text that stands for a date, a time of day, or both."""

import re
import warnings
from collections.abc import Sequence

import numpy as np

__all__ = ["looks_like_stamp", "seconds_of_stamps"]

_DATE = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}[- ][A-Za-z]{3}[- ]\d{2,4})"
)
_TIME = r"\d{1,4}:\d{2}(?::\d{2}(?:[.,:]\d+)?)?(?:\s?[AaPp][Mm])?"
_STAMP = re.compile(
    rf"(?:{_DATE}(?:[T ]+{_TIME})?|{_TIME}(?:\s+{_DATE})?)\s?(?:Z|UTC|[+-]\d\d:?\d\d)?"
)
_OF_DAY = re.compile(_TIME)


def looks_like_stamp(cell: str) -> bool:
    """Return whether a cell is a date, a time of day, or both."""
    return _STAMP.fullmatch(cell.strip()) is not None


def seconds_of_stamps(cells: Sequence[str]) -> np.ndarray | None:
    """Return seconds since the first of some stamps, NaN where one is missing, or None.

    None means that fewer than nine in ten cells are stamps. A time of day that is before the one
    above it is of the next day. Whether the month or the day comes first in ``01/02/2020`` is what
    pandas takes it for.
    """
    first = cells[: min(len(cells), 200)]
    if not len(first) or np.mean([looks_like_stamp(cell) for cell in first]) < 0.9:
        return None
    import pandas as pd

    texts = pd.Series(list(cells), dtype="str").str.strip()
    if _OF_DAY.fullmatch(str(texts.iloc[0])):
        # A fraction after a colon or comma is a fraction.
        texts = texts.str.replace(r"^(\d+:\d+:\d+)[,:](\d+)", r"\1.\2", regex=True)
        texts = texts.str.replace(r"^(\d{1,4}:\d{2})$", r"\1:00", regex=True)
    else:
        texts = texts.str.replace(r"(:\d{2}),(\d+)", r"\1.\2", regex=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a format that pandas guesses
        times = pd.to_datetime(texts, errors="coerce", utc=True, format=None)
        if times.notna().mean() < 0.9:
            times = pd.to_datetime(texts, errors="coerce", utc=True, format="mixed")
    if times.notna().mean() < 0.9:
        return None
    seconds = (times - times.dropna().iloc[0]).dt.total_seconds().to_numpy(dtype=np.float64)
    if _OF_DAY.fullmatch(str(texts.iloc[0])):
        midnights = np.nancumsum(np.diff(seconds, prepend=seconds[0]) < -43_200)
        seconds = seconds + 86_400 * midnights
    return seconds
