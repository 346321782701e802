"""HDF5 files that are not MATLAB's: named arrays, of which one is the recording."""

from pathlib import Path

import numpy as np

from bssbench.readers.formats._assembly import assembled, columns_of_recorded, time_cells
from bssbench.readers.formats._choice import choose
from bssbench.readers.formats._hdf5 import hdf5_content
from bssbench.readers.formats._libraries import needed, reading, writing
from bssbench.readers.table import Request, Table

__all__ = ["SUFFIXES", "read", "recognises", "write"]

SUFFIXES = (".h5", ".hdf5", ".hdf")


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is HDF5."""
    return head.startswith(b"\x89HDF\r\n\x1a\n")


def read(path: Path, request: Request) -> Table:
    """Read the array that is the recording; groups make dotted names, ``group.array``.

    Raises
    ------
    InputError
        If there is none, or several; if the file is damaged, or h5py is not installed.
    """
    with reading(path, "HDF5"):
        recorded = choose(hdf5_content(path), path, request)
    columns = columns_of_recorded(recorded, path)
    return assembled(columns, request, "hdf5", {"array": recorded.array or "sources"})


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write ``sources`` with ``names``, ``sampling_rate`` and ``time``."""
    with needed(path, "h5py", "write"):
        import h5py
    with writing(path, "HDF5"), h5py.File(path, "w") as file:
        file["sources"] = signals
        file["names"] = [name.encode("utf-8", "replace") for name in names]
        if like.sampling_rate is not None:
            file["sampling_rate"] = like.sampling_rate
        if (time := time_cells(like, len(signals))) is not None:
            cells = time[1] if time[1].dtype.kind in "fiub" else time[1].astype(str).astype("S")
            file["time"] = cells
    return ""
