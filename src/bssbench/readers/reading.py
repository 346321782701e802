"""Which kind of file a path is, and reading or writing it as that."""

import bz2
import gzip
import importlib
import lzma
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bssbench.discovery import modules_below
from bssbench.errors import InputError
from bssbench.readers.table import Request, Table

__all__ = ["read_table", "write_table"]

_FORMATS = "bssbench.readers.formats"
# Any file may be text, so that it is asked last.
_LAST = "text"
# Says of some kinds why they are not read.
_UNSUPPORTED = "unsupported"
_HEAD = 4096
_COMPRESSED: dict[str, tuple[bytes, Callable[..., Any]]] = {
    ".gz": (b"\x1f\x8b", gzip.open),
    ".bz2": (b"BZh", bz2.open),
    ".xz": (b"\xfd7zXZ\0", lzma.open),
}


def read_table(path: Path, request: Request | None = None) -> Table:
    """Read a recording from a file of any kind that there is a format for.

    The kind is that of the suffix, unless the content is of another kind that has a mark of its
    own; where the suffix is of no kind, the content alone decides. A file that gzip, bzip2 or xz
    compressed is read as its content.

    Parameters
    ----------
    path : pathlib.Path
        The file, which is only read.
    request : Request, optional
        How to read it; by default everything is inferred from the file.

    Raises
    ------
    InputError
        If it is not a file, can't be read, or contains no table of numbers.
    """
    request = request or Request()
    _check_file(path)
    try:
        with _uncompressed(path) as (inner, remarks):
            try:
                table = _format_of(inner).read(inner, request)
            except InputError as error:
                # Of a file that was unpacked the user knows the packed one.
                raise InputError(str(error).replace(str(inner), str(path))) from None
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    except MemoryError:
        raise InputError(f"{path}: too large for this machine's memory") from None
    return replace(table, path=path, understood=(*remarks, *table.understood))


def write_table(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write signals as a file of the kind that `like` came from.

    Some kinds are several files beside each other: to have all of them or none, let `path` be in a
    new folder, and rename that.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    signals : numpy.ndarray
        Shape (time, signal).
    names : tuple of str
        Of the signals.
    like : Table
        What was read.

    Returns
    -------
    str
        What in the file is not as in `signals`, in words, for instance that it was rescaled; else
        ``""``.

    Raises
    ------
    InputError
        If files of that kind can't be written.
    """
    write = _module(like.kind).write
    if write is None:
        raise InputError(f"{path}: files of the kind {like.kind!r} can only be read")
    return str(write(path, signals, names, like))


def _check_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; give a file in it")
        if not path.exists():
            raise InputError(f"{path}: no such file")
        if not path.is_file():
            raise InputError(f"{path}: is not a regular file")
        if path.stat().st_size == 0:
            raise InputError(f"{path}: the file is empty")
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from None


@contextmanager
def _uncompressed(path: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the path of the uncompressed file."""
    head = _head(path)
    suffix = next((key for key, (mark, _) in _COMPRESSED.items() if head.startswith(mark)), None)
    if suffix is None:
        if path.suffix.lower() in _COMPRESSED:
            raise InputError(f"{path}: does not have the format of its suffix {path.suffix}")
        yield path, ()
        return
    name = path.stem if path.suffix.lower() == suffix else path.name
    with TemporaryDirectory() as folder:
        inner = Path(folder) / name
        try:
            with _COMPRESSED[suffix][1](path, "rb") as source, inner.open("wb") as target:
                shutil.copyfileobj(source, target)
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, OSError) as error:
            raise InputError(f"{path}: cannot be unpacked ({error}); is it complete?") from None
        if inner.stat().st_size == 0:
            raise InputError(f"{path}: the file in it is empty")
        yield inner, (f"unpacked ({suffix})",)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _module(kind: str) -> Any:
    """Return the module of a kind of file."""
    return importlib.import_module(modules_below(_FORMATS)[kind])


def _format_of(path: Path) -> Any:
    """Return the module that reads a file."""
    kinds = sorted(modules_below(_FORMATS), key=lambda kind: (kind == _LAST, kind))
    modules = {kind: _module(kind) for kind in kinds}
    suffix = path.suffix.lower()
    by_suffix = [module for module in modules.values() if suffix in module.SUFFIXES]
    head = _head(path)
    recognising = [module for module in modules.values() if module.recognises(head)]
    agreed = [module for module in by_suffix if module in recognising]
    # Any legible file may be text, so text is not a distinctive mark.
    marked = [module for module in recognising if module is not modules[_LAST]]
    found = agreed or marked or by_suffix or recognising
    if not found:
        readable = [module for kind, module in modules.items() if kind != _UNSUPPORTED]
        known = ", ".join(sorted({end for module in readable for end in module.SUFFIXES}))
        raise InputError(f"{path}: unknown kind of file; these can be read: {known}")
    return found[0]
