"""Conversion of an array of any type and shape to a real matrix (time, channel)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.table import Request

__all__ = ["Matrix", "as_matrix", "is_numeric"]

_UNSUPPORTED = {
    "O": "Python objects, which are never loaded because they may run code; save it as numbers",
    "U": "text; save it as numbers",
    "T": "text; save it as numbers",
    "S": "text; save it as numbers",
    "V": "records within records; save it as a matrix of numbers",
    "M": "dates; save the channels as numbers",
    "m": "durations; save the channels as numbers",
}


@dataclass(frozen=True)
class Matrix:
    """Values of shape (time, channel), and remarks on the conversion."""

    values: np.ndarray
    understood: tuple[str, ...] = ()


def is_numeric(array: np.ndarray) -> bool:
    """Return whether an array contains numbers: integers, real or complex ones, or truth values."""
    return array.dtype.kind in "fiubc"


def as_matrix(array: np.ndarray, path: Path, what: str, request: Request) -> Matrix:
    """Return an array in double precision; rows become columns if requested.

    Parameters
    ----------
    array : numpy.ndarray
        Of one axis (a single channel) or two; axes of length 1 beyond these are dropped.
    path, what
        The file, and what to call the array in a message, such as ``array 'X'``.
    request : Request
        Of which `transpose` counts.

    Raises
    ------
    InputError
        If it is not a matrix of real numbers, is empty, or has more columns than rows.
    """
    place = f"{path}: {what}"
    if not is_numeric(array):
        raise InputError(f"{place} contains {_UNSUPPORTED.get(array.dtype.kind, 'no numbers')}")
    understood: list[str] = []
    array = _two_axes(array, place, understood)
    if request.transpose:
        array = array.T
        understood.append("rows of the file taken as channels, as requested")
    rows, columns = array.shape
    if rows == 0 or columns == 0:
        raise InputError(f"{place} is empty: its shape is {array.shape}")
    if rows == 1 and columns > 1 and not request.transpose:
        array = array.T
        understood.append(f"a row of {columns} numbers, taken as one channel")
    elif columns > rows:
        raise InputError(
            f"{place} has {rows} rows and {columns} columns, but rows must be time; "
            + ("leave out --transpose" if request.transpose else "give --transpose")
        )
    # Always a copy, because the array may be mapped from a file or owned by the caller.
    return Matrix(np.array(_real(array, place), dtype=np.float64, order="C"), tuple(understood))


def _two_axes(array: np.ndarray, place: str, understood: list[str]) -> np.ndarray:
    shape = array.shape
    if array.ndim == 0:
        raise InputError(f"{place} is a single number, not a recording")
    if array.ndim == 1:
        return array[:, np.newaxis]
    if array.ndim > 2:
        array = array.reshape([n for n in shape if n != 1])
        if array.ndim > 2 or array.ndim == 0:
            raise InputError(
                f"{place} has {len(shape)} axes, of lengths {', '.join(map(str, shape))}; "
                "a recording has two, time and channel: save one trial, or join them in time"
            )
        understood.append(f"axes of length 1 dropped from a shape of {shape}")
        return array if array.ndim == 2 else array[:, np.newaxis]
    return array


def _real(array: np.ndarray, place: str) -> np.ndarray:
    if array.dtype.kind != "c":
        return array
    if np.any(array.imag):
        raise InputError(
            f"{place} contains complex numbers; save real and imaginary parts or moduli instead"
        )
    return array.real
