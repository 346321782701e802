"""A recording that was read, checked and prepared for separation."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bssbench.errors import InputError
from bssbench.preparation import (
    Prepared,
    Remedies,
    SourceCount,
    prepare,
    suggested_n_sources,
)
from bssbench.readers import Request, Table, TimeColumn, read_table
from bssbench.recording.printing import counted
from bssbench.recording.tables import kept_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


__all__ = ["Understood", "understand"]

_WARNING = "warning: "
_MOST_NAMES = 12


@dataclass(frozen=True)
class Understood:
    """A recording that can be separated.

    Attributes
    ----------
    table : Table
        The content of the file.
    prepared : Prepared
        The prepared observations.
    count : SourceCount
        Number of sources by the eigenvalues.
    asked_for : int or None
        Requested number of sources; None for `count`.
    n_sources : int
        Number of sources to separate, at most the rank.
    """

    table: Table
    prepared: Prepared
    count: SourceCount
    asked_for: int | None
    n_sources: int

    @property
    def path(self) -> Path:
        """The file."""
        return self.table.path

    @property
    def sampling_rate(self) -> float | None:
        """In Hz, or None if unknown."""
        return self.table.sampling_rate

    @property
    def time(self) -> TimeColumn | None:
        """The time column of the rows that are separated."""
        return kept_rows(self.table, self.prepared.rows).time

    def eigenvalue_picture(self) -> "Figure":
        """Draw the eigenvalues and the number of sources they suggest."""
        from bssbench.paper.eigenvalue_picture import draw_eigenvalues

        return draw_eigenvalues(self.count)

    @property
    def warnings(self) -> list[str]:
        """Warnings about the recording."""
        of_the_file = [
            text.removeprefix(_WARNING)
            for text in self.table.understood
            if text.startswith(_WARNING)
        ]
        return [*of_the_file, *(str(finding) for finding in self.prepared.findings)]

    @property
    def words(self) -> list[str]:
        """How the recording was read and prepared, as lines of text."""
        table, prepared = self.table, self.prepared
        length, n_columns = table.values.shape
        size = f"{counted(length, 'sample')} of {counted(n_columns, 'channel')}"
        rate = "" if table.sampling_rate is None else f" at {table.sampling_rate:.6g} Hz"
        read = [text for text in table.understood if not text.startswith(_WARNING)]
        lines = [
            f"{table.path}: {table.kind}, {size}{rate}" + (f" ({', '.join(read)})" if read else ""),
            f"channels: {_enumerated(prepared.names)}; rank {prepared.rank}",
        ]
        if table.time is not None:
            lines.append(f"time: column {table.time.name!r}")
        left_out = {
            name: why
            for name, why in (table.left_out | prepared.left_out).items()
            if table.time is None or name != table.time.name
        }
        lines += [f"left out: {name} ({why})" for name, why in left_out.items()]
        lines += [f"step: {step}" for step in prepared.steps]
        if len(prepared.rows) < length:
            lines.append(f"rows: {len(prepared.rows)} of {length}")
        return lines

    def record(self) -> dict[str, Any]:
        """Return everything in types of JSON."""
        table, prepared = self.table, self.prepared
        return {
            "kind": table.kind,
            "understood": list(table.understood),
            "samples": len(table.values),
            "channels_read": list(table.names),
            "units": None if table.units is None else list(table.units),
            "sampling_rate": table.sampling_rate,
            "time_column": None if table.time is None else table.time.name,
            "columns_left_out": table.left_out,
            "channels": list(prepared.names),
            "channels_left_out": prepared.left_out,
            "rows_separated": _ranges(prepared.rows),
            "steps": list(prepared.steps),
            "scale": prepared.scale.tolist(),
            "rank": prepared.rank,
            "eigenvalues": prepared.eigenvalues.tolist(),
            "findings": [
                {
                    "kind": finding.kind,
                    "channels": list(finding.channels),
                    "rows": finding.rows,
                    "message": finding.message,
                    "remedy": finding.remedy,
                }
                for finding in prepared.findings
            ],
            "source_count": {
                "number": self.count.number,
                "criterion": self.count.criterion,
                "reason": self.count.reason,
            },
        }


def understand(
    path: Path, request: Request, remedies: Remedies, n_sources: int | None, *, strict: bool = True
) -> Understood:
    """Read a recording and prepare it.

    Parameters
    ----------
    path : pathlib.Path
        The file, which is only read.
    request, remedies : Request, Remedies
        How to read and prepare it.
    n_sources : int or None
        Number of sources; None to choose it from the eigenvalues.
    strict : bool
        Whether it is an error if the eigenvalues suggest no number.

    Raises
    ------
    InputError
        If it can't be read or separated, or the eigenvalues suggest no number of sources.
    """
    if n_sources is not None and n_sources < 1:
        raise InputError(f"--n-sources must be at least 1, not {n_sources}")
    table = read_table(path, request)
    prepared = prepare(table, remedies, n_sources)
    count = suggested_n_sources(prepared)
    number = count.number if n_sources is None else n_sources
    if number is None:
        if strict:
            raise InputError(
                f"{path}: the eigenvalues suggest no number of sources ({count.reason}); give "
                "--n-sources N"
            )
        number = prepared.rank
    elif n_sources is None:
        # Channels that could replace a source can be found only when the number is known.
        prepared = prepare(table, remedies, number)
    return Understood(table, prepared, count, n_sources, min(number, prepared.rank))


def _enumerated(names: Iterable[str]) -> str:
    names = list(names)
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[: _MOST_NAMES - 1])}, … {names[-1]} ({len(names)} channels)"


def _ranges(rows: np.ndarray) -> list[list[int]]:
    """Return the ranges of consecutive rows, as [first, last], counted from 0."""
    if not len(rows):
        return []
    ends = np.flatnonzero(np.diff(rows) > 1)
    firsts = rows[np.concatenate([[0], ends + 1])]
    lasts = rows[np.concatenate([ends, [len(rows) - 1]])]
    return [[int(first), int(last)] for first, last in zip(firsts, lasts, strict=True)]
