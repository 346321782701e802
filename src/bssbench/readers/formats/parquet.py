"""Data frames: Parquet, and Arrow's own files (Feather)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.formats._assembly import assembled, columns_of_fields, time_cells
from bssbench.readers.formats._libraries import needed, reading, writing
from bssbench.readers.table import Request, Table

__all__ = ["SUFFIXES", "read", "recognises", "write"]

_PARQUET = (".parquet", ".pq")
SUFFIXES = (*_PARQUET, ".feather", ".arrow")


def recognises(head: bytes) -> bool:
    """Return whether a file that begins with `head` is Parquet or Feather."""
    return head.startswith((b"PAR1", b"ARROW1", b"FEA1"))


def read(path: Path, request: Request) -> Table:
    """Read columns of numbers; dates are time, missing cells NaN, and text is left out.

    A data frame's index is a column if pandas wrote it as one: not if it only counts rows.

    Raises
    ------
    InputError
        If no column contains numbers, the file is damaged, or pyarrow is not installed.
    """
    with needed(path, "pyarrow"):
        import pyarrow  # noqa: F401
    with reading(path, "Parquet or Feather"):
        table = _arrow_table(path)
        if table.num_columns == 0 or table.num_rows == 0:
            raise InputError(
                f"{path}: it has {table.num_columns} columns and {table.num_rows} rows"
            )
        names = _titles(table.column_names)
        fields = {name: _cells(table.column(i)) for i, name in enumerate(names)}
        columns = columns_of_fields(fields, path, ())
    dates = [name for name, cells in fields.items() if cells.dtype.kind == "M"]
    return assembled(columns, request, "parquet", {"dates": dates})


def _arrow_table(path: Path) -> Any:
    with path.open("rb") as file:
        head = file.read(8)
        file.seek(0)
        if head.startswith(b"PAR1"):
            import pyarrow.parquet

            # Not read_table, which takes names of folders such as a=1 for columns.
            return pyarrow.parquet.ParquetFile(file).read()
        import pyarrow.feather

        return pyarrow.feather.read_table(file)


def _titles(names: Sequence[str]) -> list[str]:
    """Return names that are all different; pandas calls an index without a name by a number."""
    titles: list[str] = []
    for name in names:
        title = "index" if name.startswith("__index_level_") else name
        # Arrow allows a name twice.
        titles.append(title if title not in titles else f"{title}_{len(titles) + 1}")
    return titles


def _cells(column: Any) -> np.ndarray:
    """Return a column's cells (time,): numbers with NaN where there is none, dates, or text."""
    import pyarrow

    kind = column.type
    if pyarrow.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pyarrow.types.is_decimal(kind) or pyarrow.types.is_null(kind):
        column = column.cast(pyarrow.float64())
    elif pyarrow.types.is_boolean(kind):
        column = column.cast(pyarrow.uint8())
    elif pyarrow.types.is_date(kind) or pyarrow.types.is_timestamp(kind):
        return column.cast(pyarrow.timestamp("ns")).to_numpy()
    return column.to_numpy()


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write a data frame with the column of time, if there is one, and one for each signal."""
    import pandas as pd

    frame = pd.DataFrame(np.ascontiguousarray(signals), columns=list(names))
    if (time := time_cells(like, len(signals))) is not None:
        name, cells = time
        is_date = name in like.layout.get("dates", ())
        frame.insert(0, name, pd.to_datetime(cells) if is_date else cells, allow_duplicates=False)
    with needed(path, "pyarrow", "write"):
        import pyarrow  # noqa: F401
    with writing(path, "Parquet or Feather"), path.open("wb") as file:
        if path.suffix.lower() in _PARQUET:
            frame.to_parquet(file, index=False)
        else:
            frame.to_feather(file)
    return ""
