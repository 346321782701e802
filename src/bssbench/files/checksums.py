"""A checksum beside each file that a later stage reads: damage must not pass for a result.

That of ``folder/NAME`` is in ``folder/.sha256/NAME.sha256``, as ``sha256sum`` writes it: in the
folder, ``cat .sha256/* | sha256sum --check`` checks all. A file without one, such as a copy or one
of an older version, is taken as it is.
"""

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from bssbench.errors import InputError

__all__ = ["FOLDER", "check", "digest", "forget", "keep", "set_aside_damaged"]

FOLDER = ".sha256"
# Who looks for all files of a name, or an ending, is not to find these.
_SUFFIX = ".sha256"


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(path: Path, value: str) -> None:
    """Write down the `digest` of a file, whole or not at all."""
    place = _place(path)
    place.parent.mkdir(exist_ok=True)
    temporary = place.with_name(f".{place.name}.{os.getpid()}")
    try:
        # As bytes, which a name need not be text for.
        temporary.write_bytes(f"{value}  ".encode() + os.fsencode(path.name) + b"\n")
        os.replace(temporary, place)
    finally:
        with suppress(OSError):
            temporary.unlink()


def forget(path: Path) -> None:
    """Remove the checksum of a file that is about to be another."""
    _place(path).unlink(missing_ok=True)


def check(path: Path) -> None:
    """Compare a file with its checksum, if it has one.

    Raises
    ------
    InputError
        If it is not the file that was written.
    """
    if _is_damaged(path):
        raise InputError(
            f"{path}: damaged, or changed by something else since it was written (its SHA-256 is "
            f"not that in {_place(path)}); delete it and make it again: the next run of snakemake "
            "does both"
        )


def set_aside_damaged(top: Path, folders: Iterable[str]) -> dict[Path, Path]:
    """Rename what differs from its checksum, so that it counts as not there.

    Looked at are folders below `top`, by patterns; returned is the new path, ``NAME.damaged``, of
    each file that was renamed.
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
    """Tell whether a file differs from its checksum; one that can't be read is for its reader."""
    with suppress(OSError):
        written = _place(path).read_bytes()
        if written.partition(b" ")[0] != digest(path).encode():
            # Whoever writes the file anew takes the checksum away first.
            return _place(path).read_bytes() == written
    return False
