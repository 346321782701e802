"""Text: comma-, semicolon-, tab-, bar- or space-separated, in the dress of many programs."""

import csv
import functools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.columns import Columns, split
from bssbench.readers.table import Request, Table
from bssbench.readers.text.body import column_cells, read_body
from bssbench.readers.text.dialect import Dialect, find_dialect
from bssbench.readers.text.encoding import decode, looks_like_text
from bssbench.readers.text.header import Header, find_header
from bssbench.readers.text.lines import Lines, lines_of
from bssbench.readers.text.rates import stated_rate
from bssbench.readers.text.rows import Kind, column_kinds

__all__ = ["SUFFIXES", "read", "recognises", "write"]

SUFFIXES = (".csv", ".tsv", ".txt", ".dat", ".asc", ".lvm", ".tab", ".prn", ".xy", ".log")
# As many as doubles of most sensors have, and half the bytes of all of them.
_DIGITS = "%.9g"


def recognises(head: bytes) -> bool:
    """Return whether a file that begins so may be text."""
    return looks_like_text(head)


def read(path: Path, request: Request) -> Table:
    """Read a table of numbers from a text file.

    Encoding, delimiter, decimal mark, comments, header and columns of time are understood from the
    file; each has its rule in a module of `bssbench.readers.text`.

    Raises
    ------
    InputError
        If it is not a table of numbers, or is ambiguous; the message names the line, or
        the option that settles it.
    """
    text, encoding, remarks = decode(path.read_bytes(), path)
    lines = lines_of(text, path)
    del text
    if not lines.texts:
        raise InputError(f"{path}: the file is empty{' but for comments' * bool(lines.comments)}")
    dialect = find_dialect(lines, request, path)
    kinds = column_kinds(lines.texts, dialect)
    if Kind.NUMBER not in kinds:
        raise InputError(f"{path}: no column of numbers")
    header = find_header(lines, dialect, kinds, request.header, path)
    rate = stated_rate([*lines.comments.values(), *lines.texts[: header.start]])
    rows = lines.texts[header.start : header.stop]
    numbers = lines.numbers[header.start : header.stop]
    layout = _layout(lines, encoding, dialect, header)
    body = read_body(rows, numbers, dialect, kinds, header.names, path)
    columns = Columns(
        path=path,
        names=header.names,
        values=body.values,
        text=body.text,
        units=header.units,
        lines=np.asarray(numbers),
        sampling_rate=rate,
        cells=functools.partial(column_cells, rows, dialect),
        understood=(
            *remarks,
            *dialect.words(),
            *header.understood,
            *_comments(lines),
            *_infinite(body.n_infinite),
        ),
    )
    table = split(_transposed(columns) if request.transpose else columns, request)
    rows_read, n_channels = table.values.shape
    if n_channels > rows_read:
        advice = "leave out --transpose" if request.transpose else "give --transpose"
        raise InputError(
            f"{path}: {rows_read} rows and {n_channels} columns, but rows must be time; {advice}"
        )
    if table.time is not None:
        layout["time_named"] = table.time.name in columns.names
    return replace(table, kind="text", layout=layout)


def write(path: Path, signals: np.ndarray, names: tuple[str, ...], like: Table) -> str:
    """Write signals, of shape (time, signal), as a text file like the one `like` came from.

    Delimiter, decimal mark, encoding, style of the header and column of time are those of that
    file; numbers have nine significant digits. Returns ``""``: nothing else is changed.
    """
    import pandas as pd

    layout = like.layout
    delimiter = layout["delimiter"] or " "
    frame = pd.DataFrame(signals, columns=list(names))
    titles = list(names)
    if like.time is not None:
        frame.insert(0, "", list(like.time.cells), allow_duplicates=True)
        if layout["header"] != "short":
            titles.insert(0, like.time.name if layout["time_named"] else "")
    with path.open("w", encoding=layout["encoding"], newline="") as file:
        if layout["separator_line"]:
            file.write(f"sep={delimiter}\n")
        if layout["header"] != "none":
            file.write("# " if layout["header"] == "comment" else "")
            writer = csv.writer(
                file,
                delimiter=delimiter,
                quoting=csv.QUOTE_ALL if layout["quoted"] else csv.QUOTE_MINIMAL,
                lineterminator="\n",
            )
            writer.writerow(titles)
        frame.to_csv(
            file,
            sep=delimiter,
            decimal=layout["decimal"],
            float_format=_DIGITS,
            header=False,
            index=False,
            lineterminator="\n",
            na_rep="nan",
        )
    return ""


def _transposed(columns: Columns) -> Columns:
    """Take each row as a channel, whose name is its first text, if it has one."""
    numeric = [index for index in range(len(columns.names)) if index not in columns.text]
    values = np.ascontiguousarray(columns.values[:, numeric].T)
    titles = next(iter(columns.text.values()), None)
    return Columns(
        path=columns.path,
        names=tuple(titles) if titles else ("",) * values.shape[1],
        values=values,
        sampling_rate=columns.sampling_rate,
        understood=(*columns.understood, "transposed: rows are channels"),
    )


def _infinite(number: int) -> list[str]:
    cells = "cell that is infinite is" if number == 1 else "cells that are infinite are"
    return [f"{number} {cells} taken as missing"] if number else []


def _comments(lines: Lines) -> list[str]:
    n = len(lines.comments)
    return [f"{n} line{'s' if n > 1 else ''} of comments"] if n else []


def _layout(lines: Lines, encoding: str, dialect: Dialect, header: Header) -> dict[str, Any]:
    return {
        "encoding": encoding,
        "delimiter": dialect.delimiter,
        "decimal": dialect.decimal,
        "header": header.style,
        "quoted": header.quoted,
        "separator_line": lines.separator is not None,
        "time_named": True,
    }
