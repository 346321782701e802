"""MATLAB's MAT files, of all versions, with the structs of EEGLAB (also ``.set``) and FieldTrip."""

from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.formats import text
from bssbench.readers.formats._assembly import assembled, columns_of_recorded, time_cells
from bssbench.readers.formats._choice import choose
from bssbench.readers.formats._eeg_structs import from_struct
from bssbench.readers.formats._hdf5 import hdf5_content
from bssbench.readers.formats._libraries import reading, writing
from bssbench.readers.formats._mat5_structure import check_structure
from bssbench.readers.table import Request, Table
from bssbench.readers.text.encoding import looks_like_text

__all__ = ["SUFFIXES", "read", "recognises", "write"]

SUFFIXES = (".mat", ".set")

_HDF5 = b"\x89HDF\r\n\x1a\n"
# Where MATLAB's own 512 bytes end.
_USER_BLOCK = 512
# What SciPy calls objects of MATLAB's classes, such as tables, and functions.
_OBJECTS = ("MatlabOpaque", "MatlabObject", "MatlabFunction")
_LARGEST = 2**31 - 1


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is a MAT file of version 5 or later."""
    return head.startswith((b"MATLAB 5.0 MAT-file", b"MATLAB 7.3 MAT-file")) or head[124:128] in (
        b"\x00\x01IM",
        b"\x01\x00MI",
    )


def read(path: Path, request: Request) -> Table:
    """Read the struct of EEGLAB or FieldTrip, or the array that is the recording.

    Raises
    ------
    InputError
        If there is none, or several; if the file is damaged, or a library is not installed.
    """
    with path.open("rb") as file:
        head = file.read(_USER_BLOCK)
    if b"\0" not in head and looks_like_text(head):
        # As MATLAB's save -ascii and Octave's save write it.
        return text.read(path, request)
    with reading(path, "MAT"):
        content = _content(path)
        recorded = from_struct(content, path, request) or choose(content, path, request)
    columns = columns_of_recorded(recorded, path)
    return assembled(columns, request, "matlab", {"array": recorded.array or "sources"})


def _content(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        head = file.read(_USER_BLOCK + len(_HDF5))
    if head.startswith(_HDF5) or head[_USER_BLOCK:] == _HDF5:
        content = hdf5_content(path)
    else:
        import scipy.io

        if scipy.io.matlab.matfile_version(path)[0] == 1:
            check_structure(path)
        content = scipy.io.loadmat(path, simplify_cells=True)
    content = {
        name: _dense(v)
        for name, v in content.items()
        if not name.startswith("__") and type(v).__name__ not in _OBJECTS
    }
    if not content:
        raise InputError(
            f"{path}: no variable can be read; tables and timetables can't: "
            "save them with writetable or as a matrix"
        )
    return content


def _dense(value: Any) -> Any:
    """Return a sparse matrix as an array, a single number as one, and anything else unchanged."""
    if hasattr(value, "toarray"):
        # Indices that lead outside crash SciPy.
        columns = value.tocsc()
        columns.check_format(full_check=True)
        return columns.toarray()
    if isinstance(value, dict):
        return {str(name): _dense(each) for name, each in value.items()}
    return np.asarray(value) if isinstance(value, int | float | complex | np.number) else value


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write ``sources`` with ``names``, ``fs`` and ``time`` as a MAT file of version 5."""
    import scipy.io

    if signals.nbytes > _LARGEST:
        raise InputError(f"{path}: more than 2 GiB can't be written as MAT of version 5")
    content: dict[str, Any] = {"sources": signals, "names": np.array(names, dtype=object)}
    if like.sampling_rate is not None:
        content["fs"] = like.sampling_rate
    if (time := time_cells(like, len(signals))) is not None:
        numeric = time[1].dtype.kind in "fiub"
        content["time"] = time[1][:, np.newaxis] if numeric else time[1].astype(str).astype(object)
    with writing(path, "MAT"):
        scipy.io.savemat(path, content, appendmat=False, do_compression=True)
    return ""
