"""Tables that are written row by row, a dataclass for each line of a CSV file."""

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
"""Pandas's names of numbers' types; all else is text, even where it looks like a number."""


def _columns(kind: type[Any]) -> list[str]:
    return [field.name for field in fields(kind)]


def _numbers(kind: type[Any]) -> dict[str, str]:
    return {field.name: _TYPES[field.type] for field in fields(kind) if field.type in _TYPES}


@contextmanager
def reading_table(path: Path, kind: str, command: str = "") -> Iterator[None]:
    """Make `InputError` of what goes wrong with a CSV file, which `command` makes."""
    checksums.check(path)
    try:
        yield
    except FileNotFoundError:
        remedy = f"; make it with '{command}'" if command else ""
        raise InputError(f"{path}: no such file{remedy}") from None
    except (ValueError, TypeError, OSError) as error:
        raise InputError(f"{path}: cannot be read as {kind} ({error})") from None


def write_rows(path: Path, kind: type[Any], rows: Iterable[Any]) -> None:
    """Write rows of the dataclass `kind`, a field for each column."""
    frame = pd.DataFrame([asdict(row) for row in rows], columns=_columns(kind))
    counts = [name for name, type_ in _numbers(kind).items() if type_ == "Int64"]
    write_table(path, frame.astype(dict.fromkeys(counts, "Int64")))


def read_rows(paths: Iterable[Path], kind: type[Any], command: str) -> pd.DataFrame:
    """Read what `write_rows` wrote, one file after the other; `command` makes such a file.

    Raises
    ------
    InputError
        If a file is missing, has other columns, or what can't be a number.
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
