"""FIF, the format of mne and of Elekta's and MEGIN's MEG."""

import tempfile
from pathlib import Path

import numpy as np

from bssbench.readers.formats._libraries import writing
from bssbench.readers.formats._raw import raw_array, read_raw
from bssbench.readers.table import Request, Table

__all__ = ["SUFFIXES", "read", "recognises", "write"]

SUFFIXES = (".fif",)

# The first tag of every file: kind 100, an identifier; type 31, a struct of 20 bytes.
_HEAD = bytes.fromhex("000000640000001f00000014")


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is FIF."""
    return head.startswith(_HEAD)


def read(path: Path, request: Request) -> Table:
    """Read continuous data, in mne's units.

    Raises
    ------
    InputError
        If there are none (for example only epochs), the file is damaged, or mne is not installed.
    """
    return read_raw(
        path,
        request,
        "fif",
        "FIF",
        lambda mne, file: mne.io.read_raw_fif(file, preload=True, allow_maxshield="yes"),
        SUFFIXES,
    )


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write signals in double precision as channels of type misc."""
    raw = raw_array(path, signals, names, like)
    # In a new folder, because mne rejects other names.
    with writing(path, "FIF"), tempfile.TemporaryDirectory(dir=path.parent) as folder:
        file = Path(folder, "sources_raw.fif")
        raw.save(file, fmt="double", verbose="ERROR")
        file.replace(path)
    return ""
