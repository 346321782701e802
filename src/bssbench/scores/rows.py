"""Read and write CSV files whose rows are dataclasses."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import checksums, write_table

__all__ = ["read_rows", "reading_table", "write_rows"]


_TYPES: dict[Any, str] = {int: "int64", int | None: "Int64", float | None: "float64"}
"""Names of numeric types in pandas; all other columns are text, even if they look like numbers."""


def _columns(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind)]


def _numbers(kind: type[Any]) -> dict[str, str]:
    return {field.name: _TYPES[field.type] for field in fields(kind) if field.type in _TYPES}


@contextmanager
def reading_table(path: Path, kind: str, command: str = "") -> Iterator[None]:
    """Convert errors while reading a CSV file to `InputError`.

    Parameters
    ----------
    path : pathlib.Path
        The file; its checksum is verified first.
    kind : str
        Description of the expected content, for messages.
    command : str, optional
        The command that creates the file, for messages.

    Yields
    ------
    None
        For the body that reads the file.

    Raises
    ------
    InputError
        If the file is missing, damaged or invalid.
    """
    checksums.check(path)
    try:
        yield
    except FileNotFoundError:
        remedy = f"; make it with '{command}'" if command else ""
        raise InputError(f"{path}: no such file{remedy}") from None
    except (ValueError, TypeError, OSError) as error:
        raise InputError(f"{path}: cannot be read as {kind} ({error})") from None


def write_rows(path: Path, kind: type[Any], rows: Iterable[Any]) -> None:
    """Write rows as CSV, with a column for each field.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    kind : type
        The dataclass of the rows.
    rows : iterable
        Instances of `kind`.
    """
    frame = pd.DataFrame([asdict(row) for row in rows], columns=_columns(kind))
    counts = [name for name, type_ in _numbers(kind).items() if type_ == "Int64"]
    write_table(path, frame.astype(dict.fromkeys(counts, "Int64")))


def read_rows(paths: Iterable[Path], kind: type[Any], command: str) -> pd.DataFrame:
    """Read and concatenate files that `write_rows` wrote.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        The files.
    kind : type
        The dataclass of the rows.
    command : str
        The command that creates such a file, for messages.

    Returns
    -------
    pandas.DataFrame
        A column for each field.

    Raises
    ------
    InputError
        If a file is missing, has other columns, or contains invalid numbers.
    """
    numbers, frames = _numbers(kind), []
    for path in paths:
        with reading_table(path, "a table of numbers", command):
            frame = pd.read_csv(path, dtype=str, keep_default_na=False)
            if list(frame.columns) != _columns(kind):
                raise InputError(f"{path}: expected the columns {','.join(_columns(kind))}")
            parsed = frame[list(numbers)].apply(pd.to_numeric)
            frames.append(frame.assign(**parsed).astype(numbers))
    return pd.concat(frames, ignore_index=True)
