"""From arrays, as a library gives them, to a `Table`; and back to a column of time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.readers.columns import Columns, split
from bssbench.readers.formats._choice import Recorded
from bssbench.readers.formats._matrix import as_matrix
from bssbench.readers.table import Request, Table

__all__ = [
    "assembled",
    "columns_of_fields",
    "columns_of_recorded",
    "columns_of_records",
    "time_cells",
]


def assembled(
    columns: Columns, request: Request, kind: str, layout: dict[str, Any] | None = None
) -> Table:
    """Return the table of the channels among columns, as read by the format `kind`.

    Raises
    ------
    InputError
        As `bssbench.readers.columns.split`.
    """
    return replace(split(columns, request), kind=kind, layout=layout or {})


def columns_of_recorded(recorded: Recorded, path: Path) -> Columns:
    """Return a recording's channels as columns; an array of times is the last."""
    values = recorded.values
    names = recorded.names or ("",) * values.shape[1]
    if recorded.time is not None:
        name, times = recorded.time
        values = np.column_stack([values, times])
        names = (*names, name)
    return Columns(
        path,
        names,
        values,
        sampling_rate=recorded.sampling_rate,
        understood=recorded.understood,
    )


def columns_of_fields(
    fields: Mapping[str, np.ndarray], path: Path, understood: tuple[str, ...]
) -> Columns:
    """Return fields (time,) of different types as columns; dates become text in ISO 8601.

    Raises
    ------
    InputError
        If a field contains complex numbers.
    """
    length = len(next(iter(fields.values())))
    values = np.full((length, len(fields)), np.nan)
    text: dict[int, Sequence[str]] = {}
    for index, (name, cells) in enumerate(fields.items()):
        if cells.dtype.kind == "M":
            text[index] = np.datetime_as_string(cells).tolist()
        elif cells.dtype.kind == "m":
            seconds = cells / np.timedelta64(1, "s")
            values[:, index] = seconds
        elif cells.dtype.kind in "fiubc" and length:
            alone = cells[:, np.newaxis]
            values[:, index] = as_matrix(alone, path, f"column {name!r}", Request()).values[:, 0]
        else:
            text[index] = [_as_text(cell) for cell in cells.tolist()]
    originals: list[Any] = list(fields.values())
    # Not as doubles: nanoseconds since 1970 would lose digits.
    cells_of: Callable[[int], Any] = lambda index: text.get(index, originals[index])  # noqa: E731
    return Columns(
        path,
        tuple(fields),
        values,
        text=text,
        cells=cells_of,
        understood=understood,
    )


def columns_of_records(records: np.ndarray, path: Path) -> Columns:
    """Return the fields of records as columns; a field of several numbers is several columns.

    Raises
    ------
    InputError
        As `columns_of_fields`.
    """
    fields: dict[str, np.ndarray] = {}
    for name in records.dtype.names or ():
        field = records[name]
        if field.ndim == records.ndim:
            fields[name] = field.reshape(-1)
        else:
            parts = field.reshape(records.size, -1).T
            fields |= {f"{name}_{number}": part for number, part in enumerate(parts, 1)}
    return columns_of_fields(fields, path, ("fields of records taken as columns",))


def _as_text(cell: Any) -> str:
    if isinstance(cell, bytes):
        return cell.decode("utf-8", errors="replace")
    return "" if cell is None else str(cell)


def time_cells(like: Table, length: int) -> tuple[str, np.ndarray] | None:
    """Return the name and cells (time,) of a table's column of time, for output.

    Raises
    ------
    ValueError
        If there are not as many cells as rows of output.
    """
    if like.time is None:
        return None
    cells = np.asarray(like.time.cells)
    if len(cells) != length:
        raise ValueError(f"{len(cells)} times for {length} rows")
    return like.time.name, cells
