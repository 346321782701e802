"""Write and read the project's files, always completely and never as a pickle.

Files that a later stage reads have a checksum (`bssbench.files.checksums`), so that reading detects
damage.
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
    """Yield a temporary path that replaces `path` when the block succeeds.

    A killed process therefore leaves the old file or none, but never a partial file.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    checksum : bool, default=False
        Whether to write a checksum of the file.

    Yields
    ------
    pathlib.Path
        The temporary path, in the same folder.

    Raises
    ------
    OSError
        If the file cannot be written. The error has the name of `path`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix is kept at the end, because libraries select a format by it.
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        digest = checksums.digest(temporary) if checksum else ""
        # In this order, so that a process that ends in between leaves a file without a checksum,
        # and never a file with the checksum of another.
        checksums.forget(path)
        os.replace(temporary, path)
        if checksum:
            checksums.keep(path, digest)
    except OSError as error:
        # The error of a full disk does not contain the name of the file.
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None
    finally:
        # On a read-only file system, removing a missing file is an error, too.
        with suppress(OSError):
            temporary.unlink()


def write_text(path: Path, text: str, checksum: bool = False) -> None:
    """Write a text file in UTF-8, completely or not at all.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    text : str
        Its content.
    checksum : bool, default=False
        Whether to write a checksum of the file.
    """
    with replacing(path, checksum) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_table(path: Path, table: "pd.DataFrame") -> None:
    """Write a table as CSV with a checksum; equal tables give equal bytes.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    table : pandas.DataFrame
        The table, written without its index.
    """
    write_text(path, table.to_csv(index=False, lineterminator="\n"), checksum=True)


def write_json(path: Path, content: Mapping[str, Any], checksum: bool = True) -> None:
    """Write a mapping as indented JSON; NaN raises an error, because JSON does not have it.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    content : mapping of str to object
        Values in JSON's types.
    checksum : bool, default=True
        Whether to write a checksum of the file.
    """
    write_text(path, json.dumps(content, indent=2, allow_nan=False) + "\n", checksum)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Parameters
    ----------
    path : pathlib.Path
        File to read.

    Returns
    -------
    dict of str to object
        Its content.

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

    Parameters
    ----------
    path : pathlib.Path
        File to read.

    Returns
    -------
    dict of str to object
        Its content.

    Raises
    ------
    InputError
        If the file is missing or is not a YAML mapping.
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
    """Write named arrays as NPZ without pickle, with a checksum; equal arrays give equal bytes.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    arrays : mapping of str to numpy.ndarray
        Arrays by name.
    """
    # An open file, because numpy adds a suffix to names without one.
    with replacing(path, checksum=True) as temporary, temporary.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read an NPZ file without pickle.

    Parameters
    ----------
    path : pathlib.Path
        File to read.

    Returns
    -------
    dict of str to numpy.ndarray
        Arrays by name.

    Raises
    ------
    InputError
        If the file is missing, damaged, not an NPZ file, or contains Python objects.
    """
    checksums.check(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("it is a single array")
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    # For damaged bytes, zipfile, zlib and NumPy raise a dozen kinds of errors.
    except Exception as error:
        raise InputError(f"{path}: cannot be read as NPZ ({error})") from None
