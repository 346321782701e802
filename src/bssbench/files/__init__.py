"""Writing and reading the project's files: complete or absent, and never a pickle.

What a later stage reads has a checksum (`bssbench.files.checksums`), by which reading finds damage.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bssbench.errors import InputError
from bssbench.files import checksums
from bssbench.plain_yaml import parse_yaml

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "read_arrays",
    "read_json",
    "read_yaml",
    "replacing",
    "write_arrays",
    "write_json",
    "write_table",
    "write_text",
]


@contextmanager
def replacing(path: Path, checksum: bool = False) -> Iterator[Path]:
    """Yield a temporary path beside `path` that takes its place when the block succeeds.

    A killed process therefore leaves the old file or none, never half of one. With `checksum` the
    file has one afterwards.

    Raises
    ------
    OSError
        With the name of `path`, if it can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last: libraries choose a format by it.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        digest = checksums.digest(temporary) if checksum else ""
        # In this order: if the process ends in between, a whole file is without its checksum, and
        # none has that of another.
        checksums.forget(path)
        os.replace(temporary, path)
        if checksum:
            checksums.keep(path, digest)
    except OSError as error:
        # Of a full disk, writing does not say which file it was.
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None
    finally:
        # Where nothing may be written, not even what is not there can be removed.
        with suppress(OSError):
            temporary.unlink()


def write_text(path: Path, text: str, checksum: bool = False) -> None:
    """Write `text` in UTF-8, whole or not at all."""
    with replacing(path, checksum) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_table(path: Path, table: "pd.DataFrame") -> None:
    """Write a table as CSV with a checksum; equal tables give equal bytes."""
    write_text(path, table.to_csv(index=False, lineterminator="\n"), checksum=True)


def write_json(path: Path, content: Mapping[str, Any], checksum: bool = True) -> None:
    """Write a mapping as indented JSON; NaN is refused, because JSON has none."""
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n", checksum)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    InputError
        If the file is missing, damaged or not a JSON object.
    """
    checksums.check(path)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (ValueError, OSError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error})") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected a JSON object, found {type(content).__name__}")
    return content


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping of plain values.

    Raises
    ------
    InputError
        If the file is missing or no YAML mapping.
    """
    try:
        content = parse_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path}: not valid YAML: {error}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected keys and values, found {type(content).__name__}")
    return content


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write named arrays as NPZ without pickle, and a checksum; equal arrays give equal bytes."""
    # An open file, because numpy adds a suffix to names without one.
    with replacing(path, checksum=True) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read an NPZ file without pickle.

    Raises
    ------
    InputError
        If the file is missing, damaged, no NPZ, or holds Python objects.
    """
    checksums.check(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("it is a single array")
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    # Of damaged bytes, zipfile, zlib and NumPy raise a dozen kinds of errors.
    except Exception as error:
        raise InputError(f"{path}: cannot be read as NPZ ({error})") from None
