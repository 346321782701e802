"""Kinds of files that are not read, each with the reason and what to do."""

from pathlib import Path

from bssbench.errors import InputError
from bssbench.readers.table import Request, Table

__all__ = ["SUFFIXES", "read", "recognises", "write"]

_PICKLED = (
    "it is a pickle, which is never loaded because it may run code; "
    "save the array with numpy.save, or the data frame with to_csv or to_parquet"
)
_SPREADSHEET = "spreadsheets are not read; save the sheet as CSV"
_WHY = {
    ".pkl": _PICKLED,
    ".pickle": _PICKLED,
    ".joblib": _PICKLED,
    ".pt": _PICKLED,
    ".pth": _PICKLED,
    ".xlsx": _SPREADSHEET,
    ".xlsm": _SPREADSHEET,
    ".xls": _SPREADSHEET,
    ".ods": _SPREADSHEET,
    ".fdt": "it contains only the numbers of an EEGLAB file; give the .set file next to it",
    ".zip": "archives are not read; unpack it and give the file",
    ".tar": "archives are not read; unpack it and give the file",
    ".rds": "files of R are not read; save the data with write.csv",
    ".rdata": "files of R are not read; save the data with write.csv",
}

SUFFIXES = tuple(_WHY)

write = None

# The protocols 2 to 5 of pickle, and what office programs and archives begin with.
_HEADS = {
    b"\x80\x02": ".pkl",
    b"\x80\x03": ".pkl",
    b"\x80\x04": ".pkl",
    b"\x80\x05": ".pkl",
    b"\xd0\xcf\x11\xe0": ".xls",
    b"PK\x03\x04": ".zip",
}


def _kind(head: bytes) -> str:
    found = next((suffix for start, suffix in _HEADS.items() if head.startswith(start)), "")
    if found == ".zip":
        if b".npy" in head[30:]:
            return ""
        return ".xlsx" if head[30:].startswith((b"[Content_Types].xml", b"_rels/")) else ".zip"
    return found


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is of a kind that is not read."""
    return _kind(head) != ""


def read(path: Path, request: Request) -> Table:  # noqa: ARG001 (as all formats)
    """Raise the reason why files of this kind are not read.

    Raises
    ------
    InputError
        Always.
    """
    suffix = path.suffix.lower()
    if suffix not in _WHY:
        with path.open("rb") as file:
            suffix = _kind(file.read(512)) or ".zip"
    raise InputError(f"{path}: {_WHY[suffix]}")
