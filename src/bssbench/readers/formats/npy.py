"""NumPy's NPY: one array of numbers, or of records, whose fields are columns."""

from pathlib import Path

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.columns import Columns
from bssbench.readers.formats._assembly import assembled, columns_of_records, time_cells
from bssbench.readers.formats._libraries import reading, writing
from bssbench.readers.formats._matrix import as_matrix
from bssbench.readers.table import Request, Table

__all__ = ["SUFFIXES", "read", "recognises", "write"]

SUFFIXES = (".npy",)


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is NPY."""
    return head.startswith(b"\x93NUMPY")


def read(path: Path, request: Request) -> Table:
    """Read an array of shape (time, channel) or (time,), or of records with named fields.

    Raises
    ------
    InputError
        If it is not such an array, or the file is damaged.
    """
    with reading(path, "NPY"):
        # Mapped, because the size of the file is then checked against its header.
        array = _load(path)
        if array.dtype.names is not None:
            return assembled(columns_of_records(array, path), request, "npy", {"records": True})
        matrix = as_matrix(array, path, "the array", request)
    names = ("",) * matrix.values.shape[1]
    columns = Columns(path, names, matrix.values, understood=matrix.understood)
    return assembled(columns, request, "npy")


def _load(path: Path) -> np.ndarray:
    with path.open("rb") as file:
        version = np.lib.format.read_magic(file)
        read_head = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        dtype = read_head(file)[2]
    if dtype.hasobject:
        raise InputError(
            f"{path}: it contains Python objects, which are never loaded because they may run "
            "code; save it as an array of numbers"
        )
    return np.load(path, mmap_mode="r", allow_pickle=False)


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write an array (time, signal), or records if the input had these."""
    with writing(path, "NPY"), path.open("wb") as file:
        np.save(file, _records_of(signals, names, like), allow_pickle=False)
    return ""


def _records_of(signals: np.ndarray, names: tuple[str, ...], like: Table) -> np.ndarray:
    if not like.layout.get("records"):
        return np.ascontiguousarray(signals)
    time = time_cells(like, len(signals))
    fields = {} if time is None else {time[0]: time[1]}
    fields |= {name: signals[:, i] for i, name in enumerate(names)}
    array = np.empty(len(signals), [(name, cells.dtype) for name, cells in fields.items()])
    for name, cells in fields.items():
        array[name] = cells
    return array
