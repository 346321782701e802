"""Finding the recording among the arrays of a file, with its rate, times and names."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.parameters import closest
from bssbench.readers.formats._companions import names_of, rate_of, some, times_of
from bssbench.readers.formats._matrix import as_matrix, is_numeric
from bssbench.readers.formats._naming import is_time
from bssbench.readers.table import Request

__all__ = ["Recorded", "choose", "flattened"]

# So many times the size of the next array makes one the recording without a question.
_CLEARLY_LARGER = 10


@dataclass(frozen=True)
class Recorded:
    """A recording as stored in an archive of arrays.

    Attributes
    ----------
    values : numpy.ndarray
        Shape (time, channel), in double precision.
    array : str
        The name of the array, or "" if each channel is one.
    names : tuple of str or None
        Of the channels.
    sampling_rate : float or None
        In Hz.
    time : tuple of (str, numpy.ndarray) or None
        Name and values (time,) of an array of times.
    understood : tuple of str
        In words.
    """

    values: np.ndarray
    array: str = ""
    names: tuple[str, ...] | None = None
    sampling_rate: float | None = None
    time: tuple[str, np.ndarray] | None = None
    understood: tuple[str, ...] = ()


def flattened(arrays: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the content of nested mappings by dotted names, such as ``EEG.data``."""
    flat: dict[str, Any] = {}
    for name, value in arrays.items():
        if isinstance(value, Mapping):
            # Whole, too, for names may be in a struct of their own.
            flat[prefix + name] = value
            flat |= flattened(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat


def choose(arrays: Mapping[str, Any], path: Path, request: Request) -> Recorded:
    """Return the recording among named arrays, which may be nested.

    It is the array that the request names; else the only matrix of numbers, or the only one that
    is not square, or one that has ten times as many numbers as any other; else, without a matrix,
    vectors of one length as columns: of the length that has the most numbers. Single numbers such
    as ``fs``, vectors such as ``time`` and texts such as ``labels`` are the rest, those in the same
    struct before others. Rows are channels only if there are as many times as columns, or fewer
    rows than columns and as many names as rows.

    Raises
    ------
    InputError
        If there is no such array, or several; the message names all.
    """
    flat = flattened(arrays)
    numeric = {name: v for name, v in flat.items() if isinstance(v, np.ndarray) and is_numeric(v)}
    if request.array is not None:
        name = _named(request.array, flat, path)
        value = flat[name]
        if not isinstance(value, np.ndarray):
            raise InputError(f"{path}: array {name!r} is not an array of numbers")
        return _described(name, value, flat, path, request)
    matrices = {name: v for name, v in numeric.items() if _n_axes(v) >= 2}
    if matrices:
        name = _clearly_largest(matrices, path)
        others = some(sorted(matrices.keys() - {name}))
        chosen = _described(name, matrices[name], flat, path, request)
        if others:
            note = f"array {name} used, by far the largest; others are {others} (--array)"
            chosen = replace(chosen, understood=(note, *chosen.understood))
        return chosen
    vectors = {name: v for name, v in numeric.items() if v.size > 1}
    if not vectors:
        raise InputError(f"{path}: there is no array of numbers in it; {_contents(flat)}")
    return _columns(vectors, flat, path, request)


def _n_axes(array: np.ndarray) -> int:
    return sum(n != 1 for n in array.shape)


def _named(wanted: str, flat: Mapping[str, Any], path: Path) -> str:
    if wanted in flat:
        return wanted
    alike = [name for name in flat if wanted.lower() in (name.lower(), name.lower().split(".")[-1])]
    if len(alike) != 1:
        raise InputError(f"{path}: there is no array {wanted!r}; {closest(wanted, flat)}")
    return alike[0]


def _clearly_largest(matrices: Mapping[str, np.ndarray], path: Path) -> str:
    # Square ones are weights, covariances and the like.
    oblong = {name: v for name, v in matrices.items() if len({n for n in v.shape if n != 1}) > 1}
    matrices = oblong or matrices
    by_size = sorted(matrices, key=lambda name: -matrices[name].size)
    if len(by_size) > 1:
        first, second = (matrices[name].size for name in by_size[:2])
        if first < _CLEARLY_LARGER * second:
            raise InputError(
                f"{path}: it contains several arrays, {_shapes(matrices)}; choose one with "
                "--array NAME"
            )
    return by_size[0]


def _shapes(arrays: Mapping[str, np.ndarray]) -> str:
    return some([f"{name} ({' × '.join(map(str, v.shape))})" for name, v in sorted(arrays.items())])


def _contents(flat: Mapping[str, Any]) -> str:
    return "it contains " + (some(sorted(name for name in flat if "." not in name)) or "nothing")


def _columns(
    vectors: Mapping[str, np.ndarray], flat: Mapping[str, Any], path: Path, request: Request
) -> Recorded:
    channels = {name: v for name, v in vectors.items() if not is_time(name)} or dict(vectors)
    lengths = Counter(v.size for v in channels.values())
    length = max(lengths, key=lambda n: n * lengths[n])
    channels = {name: v for name, v in channels.items() if v.size == length}
    columns = [
        as_matrix(v.reshape(-1), path, f"array {name!r}", replace(request, transpose=False)).values
        for name, v in channels.items()
    ]
    first = next(iter(channels))
    note = "arrays taken as channels: " if len(channels) > 1 else "array taken as one channel: "
    others = sorted(n for n, v in vectors.items() if v.size != length)
    if others:
        note = f"warning: arrays of other lengths ({some(others)}) ignored; " + note
    rate, remarks = rate_of(first, flat)
    return Recorded(
        np.concatenate(columns, axis=1),
        array=first if len(channels) == 1 else "",
        names=tuple(channels),
        sampling_rate=rate,
        time=times_of(first, flat, length),
        understood=(note + some(list(channels)), *remarks),
    )


def _described(
    name: str, array: np.ndarray, flat: Mapping[str, Any], path: Path, request: Request
) -> Recorded:
    understood: list[str] = []
    if array.ndim == 2 and not request.transpose and (why := _rows_are_channels(name, array, flat)):
        array = array.T
        understood.append(f"rows of array {name} taken as channels, for {why}")
    matrix = as_matrix(array, path, f"array {name!r}", request)
    length, n_channels = matrix.values.shape
    rate, remarks = rate_of(name, flat)
    return Recorded(
        matrix.values,
        name,
        names_of(name, flat, n_channels),
        rate,
        times_of(name, flat, length),
        (*understood, *matrix.understood, *remarks),
    )


def _rows_are_channels(name: str, array: np.ndarray, flat: Mapping[str, Any]) -> str:
    rows, columns = array.shape
    if rows == columns:
        return ""
    if times_of(name, flat, columns) is not None and times_of(name, flat, rows) is None:
        return "there are as many times as columns"
    if rows < columns and names_of(name, flat, rows) and not names_of(name, flat, columns):
        return "there are as many names as rows"
    return ""
