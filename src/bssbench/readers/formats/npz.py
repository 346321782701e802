"""NumPy's NPZ: named arrays, of which one is the recording, or each one of its channels."""

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.formats._assembly import (
    assembled,
    columns_of_recorded,
    columns_of_records,
    time_cells,
)
from bssbench.readers.formats._choice import choose
from bssbench.readers.formats._libraries import reading, writing
from bssbench.readers.table import Request, Table

__all__ = ["SUFFIXES", "own_kind", "read", "recognises", "write"]

SUFFIXES = (".npz",)

_OWN = {
    "data set": "a data set of bssbench, with several replicates and perhaps the true sources; "
    "'bssbench separate' takes it as such, without options for recordings",
    "separation": "what bssbench separated, not a recording; to read its sources all the same, "
    "load them in Python with bssbench.separation.Separation.load",
}


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is NPZ: a ZIP archive of NPY files."""
    return head.startswith(b"PK\x03\x04") and head[30:].partition(b".npy")[1] == b".npy"


def own_kind(path: Path) -> str:
    """Return ``data set`` or ``separation`` if bssbench wrote the file as such, else ``""``.

    Raises
    ------
    InputError
        If it is no NPZ file.
    """
    with reading(path, "NPZ"), _archive(path) as archive:
        names = set(archive.files)
        if {"observations", "description"} <= names and "seeds" in _words(archive, "description"):
            return "data set"
        return "separation" if {"sources", "diagnostics"} <= names else ""


def _archive(path: Path) -> Any:
    with path.open("rb") as file:
        is_array = file.read(6) == b"\x93NUMPY"
    if not is_array and not zipfile.is_zipfile(path):
        # NumPy would report anything else as a pickle.
        raise InputError(f"{path}: cannot be read as NPZ (it is no ZIP archive, or is cut off)")
    archive = np.load(path, allow_pickle=False)
    if not isinstance(archive, np.lib.npyio.NpzFile):
        raise InputError(f"{path}: it is a single array; name it .npy")
    return archive


def _words(archive: Any, name: str) -> dict[str, Any]:
    try:
        words = json.loads(str(archive[name]))
    except ValueError:
        return {}
    return words if isinstance(words, dict) else {}


def read(path: Path, request: Request) -> Table:
    """Read the array that is the recording, by the rule of `_choice.choose`.

    Raises
    ------
    InputError
        If there is none, or several; if the file is damaged, or one of bssbench's own.
    """
    if request.array is None and (own := own_kind(path)):
        raise InputError(f"{path}: this is {_OWN[own]}")
    with reading(path, "NPZ"), _archive(path) as archive:
        arrays, objects = _arrays(archive)
        if request.array in objects or (objects and not arrays):
            raise InputError(
                f"{path}: array {sorted(objects)[0]!r} contains Python objects, which are never "
                "loaded because they may run code; save it as an array of numbers"
            )
        records = [v for v in arrays.values() if v.dtype.names is not None]
        if len(records) == len(arrays) == 1:
            columns = columns_of_records(records[0], path)
            return assembled(columns, request, "npz")
        arrays = {name: _fields(array) for name, array in arrays.items()}
        recorded = choose(arrays, path, request)
    if objects:
        listed = ", ".join(sorted(objects)[:5])
        note = f"warning: not loaded, because they contain Python objects: {listed}"
        recorded = replace(recorded, understood=(*recorded.understood, note))
    columns = columns_of_recorded(recorded, path)
    return assembled(columns, request, "npz", {"array": recorded.array or "sources"})


def _arrays(archive: Any) -> tuple[dict[str, Any], set[str]]:
    """Return arrays by name, and the names of those that contain Python objects."""
    arrays: dict[str, Any] = {}
    objects: set[str] = set()
    for name in archive.files:
        try:
            array = archive[name]
        except ValueError as error:
            if "allow_pickle" not in str(error):
                raise
            objects.add(name)
            continue
        if isinstance(array, np.ndarray):
            arrays[name] = array
    return arrays, objects


def _fields(array: np.ndarray) -> Any:
    """Return records as their fields by name, and any other array unchanged."""
    names = array.dtype.names
    return array if names is None else {name: array[name] for name in names}


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write signals under the recording's name, with names, rate and times beside them."""
    arrays = {like.layout.get("array", "sources"): np.ascontiguousarray(signals)}
    arrays["names"] = np.array(names)
    if like.sampling_rate is not None:
        arrays["sampling_rate"] = np.array(like.sampling_rate)
    if (time := time_cells(like, len(signals))) is not None:
        arrays["time"] = time[1]
    with writing(path, "NPZ"), path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    return ""
