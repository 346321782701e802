"""Checksums of files that a later stage reads, to detect damage.

The checksum of ``folder/NAME`` is in ``folder/.sha256/NAME.sha256``, in the format of
``sha256sum``. In the folder, ``cat .sha256/* | sha256sum --check`` verifies all files. Files
without a checksum, such as copies or files of older versions, are not verified.
"""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from bssbench.errors import InputError

__all__ = ["FOLDER", "check", "digest", "forget", "keep", "set_aside_damaged"]

FOLDER = ".sha256"
# Differs from other suffixes, so that patterns of file names do not match checksums.
_SUFFIX = ".sha256"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    str
        Hexadecimal digits.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(path: Path, value: str) -> None:
    """Write the checksum of a file, completely or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    value : str
        Its `digest`.
    """
    place = _place(path)
    place.parent.mkdir(exist_ok=True)
    temporary = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        # As bytes, because a file name need not be valid text.
        temporary.write_bytes(f"{value}  ".encode() + os.fsencode(path.name) + b"\n")
        os.replace(temporary, place)
    finally:
        with suppress(OSError):
            temporary.unlink()


def forget(path: Path) -> None:
    """Remove the checksum of a file, before the file is replaced.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    """
    _place(path).unlink(missing_ok=True)


def check(path: Path) -> None:
    """Compare a file with its checksum, if it has one.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Raises
    ------
    InputError
        If they differ.
    """
    if _is_damaged(path):
        raise InputError(
            f"{path}: damaged, or changed since it was written (its SHA-256 differs from "
            f"{_place(path)}); delete and regenerate it: the next run of snakemake does both"
        )


def set_aside_damaged(top: Path, folders: Iterable[str]) -> dict[Path, Path]:
    """Rename files that differ from their checksums, so that they count as missing.

    Parameters
    ----------
    top : pathlib.Path
        Top folder.
    folders : iterable of str
        Patterns of folders below it.

    Returns
    -------
    dict of pathlib.Path to pathlib.Path
        The new path, ``NAME.damaged``, of each renamed file.
    """
    patterns = [str(Path(folder, FOLDER, f"*{_SUFFIX}")) for folder in folders]
    kept = [place for pattern in patterns for place in sorted(top.glob(pattern))]
    damaged = [path for place in kept if _is_damaged(path := place.parents[1] / place.stem)]
    moved = {path: path.with_name(f"{path.name}.damaged") for path in damaged}
    for path, aside in moved.items():
        os.replace(path, aside)
        forget(path)
    return moved


def _place(path: Path) -> Path:
    return path.parent / FOLDER / f"{path.name}{_SUFFIX}"


def _is_damaged(path: Path) -> bool:
    """Return whether a file differs from its checksum; its reader reports unreadable files."""
    with suppress(OSError):
        written = _place(path).read_bytes()
        if written.partition(b" ")[0] != digest(path).encode():
            # Compared again, because rewriting the file removes the checksum first.
            return _place(path).read_bytes() == written
    return False
