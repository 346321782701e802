"""Data that accompany a recording in a file: its rate, its times, and names of its channels."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bssbench.readers.formats._naming import as_rate, as_texts, is_names, is_rate, is_time

__all__ = ["names_of", "rate_of", "some", "times_of"]

_MOST_NAMES = 8


def some(names: Sequence[str]) -> str:
    """Return names in a row, the first of many."""
    return ", ".join(names[:_MOST_NAMES]) + (" and others" if len(names) > _MOST_NAMES else "")


def _beside(name: str, flat: Mapping[str, Any]) -> list[str]:
    """Return all other names: those below `name`, those in its struct, and the rest."""
    struct = name.rpartition(".")[0]

    def distance(other: str) -> int:
        place = other.rpartition(".")[0]
        return 0 if place == name else 1 if place == struct else 2

    return sorted((other for other in flat if other != name), key=distance)


def rate_of(name: str, flat: Mapping[str, Any]) -> tuple[float | None, tuple[str, ...]]:
    """Return the nearest rate, and a warning if others in the same place differ."""
    rates = {
        other: rate
        for other in _beside(name, flat)
        if is_rate(other) and (rate := as_rate(flat[other])) is not None
    }
    if not rates:
        return None, ()
    first = next(iter(rates))
    place = first.rpartition(".")[0]
    others = [
        f"{other} {rate:g} Hz"
        for other, rate in rates.items()
        if other.rpartition(".")[0] == place and rate != rates[first]
    ]
    if not others:
        return rates[first], ()
    conflict = f"{first} states {rates[first]:g} Hz, but {some(others)}"
    return rates[first], (f"warning: {conflict}; --sampling-rate overrides both",)


def times_of(name: str, flat: Mapping[str, Any], length: int) -> tuple[str, np.ndarray] | None:
    """Return name and values (time,) of the nearest increasing array of so many times."""
    for other in _beside(name, flat):
        value = flat[other]
        if not (is_time(other) and isinstance(value, np.ndarray) and value.size == length > 1):
            continue
        if value.dtype.kind in "fiu" and np.all(np.diff(times := value.reshape(-1)) > 0):
            return other.rpartition(".")[2], times.astype(np.float64)
    return None


def names_of(name: str, flat: Mapping[str, Any], n_channels: int) -> tuple[str, ...] | None:
    """Return the nearest names that are as many as the channels."""
    for other in _beside(name, flat):
        if is_names(other):
            texts = as_texts(flat[other])
            if texts is not None and len(texts) == n_channels:
                return tuple(texts)
    return None
