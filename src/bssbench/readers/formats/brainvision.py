"""BrainVision's three files: a header, markers, and the numbers."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.formats._libraries import needed, writing
from bssbench.readers.formats._raw import raw_array, read_raw
from bssbench.readers.table import Request, Table

__all__ = ["SUFFIXES", "read", "recognises", "write"]

SUFFIXES = (".vhdr", ".ahdr", ".vmrk", ".eeg")

_PART_NAME = re.compile(r"\s*(?P<key>DataFile|MarkerFile)\s*=\s*(?P<name>.*?)\s*")
_PARTS = (".eeg", ".vmrk", ".vhdr")
# What headers name.
_BESIDE = (".eeg", ".vmrk", ".dat", ".avg", ".seg")


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is a header of BrainVision."""
    first = head.removeprefix(b"\xef\xbb\xbf").lower().replace(b" ", b"")
    return first.startswith(b"brainvisiondataexchangeheader")


def read(path: Path, request: Request) -> Table:
    """Read the recording that a header belongs to, or that lies beside its other files.

    Raises
    ------
    InputError
        If a part is missing or damaged, or mne is not installed.
    """
    header = path
    if path.suffix.lower() in (".eeg", ".vmrk"):
        headers = [path.with_suffix(suffix) for suffix in (".vhdr", ".VHDR", ".ahdr")]
        found = next((file for file in headers if file.is_file()), None)
        if found is None:
            raise InputError(f"{path}: its header {headers[0].name} is missing")
        header = found
    _reject_parts_elsewhere(header)
    with _well_named(header) as file:
        table = read_raw(
            file,
            request,
            "brainvision",
            "BrainVision",
            lambda mne, name: mne.io.read_raw_brainvision(name, preload=True),
            (file.suffix,),
        )
    return replace(table, path=path)


def _reject_parts_elsewhere(header: Path) -> None:
    """Raise an error for a header that refers to a file in another folder."""
    for line in header.read_bytes().decode("latin-1").splitlines():
        part = _PART_NAME.fullmatch(line)
        if part and re.search(r"[/\\]", part["name"]):
            raise InputError(
                f"{header}: its {part['key']} is {part['name']!r}; give the name of a file in "
                "the same folder"
            )


@contextmanager
def _well_named(header: Path) -> Iterator[Path]:
    """Yield a header called as mne wants it, with the other files beside it."""
    if header.suffix in (".vhdr", ".ahdr"):
        yield header
        return
    with tempfile.TemporaryDirectory() as folder:
        for file in header.resolve().parent.iterdir():
            if file.suffix.lower() in _BESIDE:
                Path(folder, file.name).symlink_to(file)
        link = Path(folder, header.stem + ".vhdr")
        link.symlink_to(header.resolve())
        try:
            yield link
        except InputError as error:
            raise InputError(str(error).replace(str(link), str(header))) from None


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write three files, with `path` the header, in single precision."""
    raw = raw_array(path, signals, names, like)
    with needed(path, "pybv", "write"):
        import pybv
    # In a new folder, because pybv rejects existing names and interprets the file name.
    with writing(path, "BrainVision"), tempfile.TemporaryDirectory(dir=path.parent) as folder:
        pybv.write_brainvision(
            data=raw.get_data(),
            sfreq=raw.info["sfreq"],
            ch_names=list(names),
            fname_base=path.stem,
            folder_out=folder,
            fmt="binary_float32",
            resolution=1.0,
            unit="n/a",
        )
        for part in _PARTS:
            own = path if path.suffix.lower() == part else path.with_suffix(part)
            Path(folder, path.stem + part).replace(own)
    return "rounded to single precision"
