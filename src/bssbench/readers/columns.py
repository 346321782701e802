"""From all columns of a file to the channels among them.

Columns of time, row numbers and counters, and columns of text, are no channels; they are left out
and the reason is reported. `--time-column` and `--columns` override this.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.readers.column_names import distinct_names, find_column, find_columns
from bssbench.readers.sampling import Sampling, sampling_of
from bssbench.readers.table import Request, Table, TimeColumn
from bssbench.readers.time_columns import Evidence, time_evidence
from bssbench.readers.time_stamps import seconds_of_stamps

__all__ = ["Columns", "split"]


@dataclass(frozen=True)
class Columns:
    """All columns of a file, channels or not.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    names : tuple of str
        As in the file; empty where a column has none.
    values : numpy.ndarray
        Shape (time, column), in double precision; NaN in columns of text.
    text : dict of int to sequence of str
        The cells of the columns, by index, that are not numbers.
    units : tuple of str or None
        Of all columns, empty where there is none.
    lines : numpy.ndarray or None
        As in `Table`.
    sampling_rate : float or None
        Stated by the file, in Hz.
    cells : callable or None
        Returns a column's cells as they are in the file, for output; by default the numbers.
    understood : tuple of str
        What was understood so far, as in `Table`.
    """

    path: Path
    names: tuple[str, ...]
    values: np.ndarray
    text: Mapping[int, Sequence[str]] = field(default_factory=dict)
    units: tuple[str, ...] | None = None
    lines: np.ndarray | None = None
    sampling_rate: float | None = None
    cells: Callable[[int], Sequence[Any]] | None = None
    understood: tuple[str, ...] = ()

    def title(self, index: int) -> str:
        """Return what a column is called in messages: its name, or its number from 1."""
        return self.names[index] or f"column {index + 1}"


def split(columns: Columns, request: Request) -> Table:
    """Separate channels from columns of time and text.

    A column is left out if the request excludes it, if it is text, or if it is time, a row number
    or a counter by the rules of `time_evidence`. If no channel would remain, columns that are time
    only by their values stay channels. Of several columns of time the first with a known sampling
    rate is kept for output.

    Returns
    -------
    Table
        Without `kind` and `layout`, which the format adds.

    Raises
    ------
    InputError
        If a column that is asked for does not exist or is text, or no channel remains.
    """
    chosen = _chosen(columns, request)
    stamps = {index: seconds_of_stamps(cells) for index, cells in columns.text.items()}
    seconds = {index: found for index, found in stamps.items() if found is not None}
    times, notes = _times(columns, request, chosen, seconds)
    channels = [
        index
        for index in (range(len(columns.names)) if chosen is None else chosen)
        if index not in times and index not in columns.text
    ]
    if not channels:
        raise InputError(f"{columns.path}: no column of numbers is left to be a channel")
    names, renamed = distinct_names([columns.names[index] for index in channels])
    time, rate, remarks = _sampling(columns, request, times, seconds)
    return Table(
        path=columns.path,
        values=_taken(columns.values, channels),
        names=names,
        sampling_rate=rate,
        units=_units(columns, channels),
        time=time,
        left_out=_left_out(columns, times, channels),
        understood=(*columns.understood, *notes, *remarks, *renamed),
        lines=columns.lines,
    )


def _chosen(columns: Columns, request: Request) -> list[int] | None:
    """Return the columns that the user wants as channels."""
    if request.columns is None:
        return None
    where = f"{columns.path}: --columns"
    chosen: list[int] = []
    for wanted in request.columns:
        for index in find_columns(wanted, columns.names, where):
            if index in columns.text:
                cell = next((cell for cell in columns.text[index] if cell), "")
                raise InputError(
                    f"{where}: {columns.title(index)!r} is a column of text (such as {cell!r})"
                )
            if index not in chosen:
                chosen.append(index)
    return chosen


def _times(
    columns: Columns,
    request: Request,
    chosen: list[int] | None,
    seconds: Mapping[int, np.ndarray],
) -> tuple[dict[int, Evidence], list[str]]:
    """Return the columns that are time, by index, and remarks."""
    where = f"{columns.path}: --time-column"
    asked = request.time_column
    if asked is not None and asked.strip().casefold() == "none" and "none" not in columns.names:
        return {}, []
    times: dict[int, Evidence] = {}
    for index, name in enumerate(columns.names):
        if chosen is None or index not in chosen:
            if index in seconds:
                times[index] = Evidence("times and dates", by_values=False, counter=False)
            elif index not in columns.text and (
                evidence := time_evidence(name, columns.values[:, index])
            ):
                times[index] = evidence
    if asked is not None:
        index = find_column(asked, columns.names, where)
        if chosen is not None and index in chosen:
            raise InputError(f"{where}: {columns.title(index)!r} is also among --columns")
        known = times.pop(index, None)
        evidence = known or _asked(columns, index, where)
        # The requested column comes before columns that were only recognised.
        return {index: replace(evidence, reason="time, as requested"), **times}, []
    return _without_lonely_ramps(columns, times, chosen)


def _asked(columns: Columns, index: int, where: str) -> Evidence:
    if index in columns.text:
        raise InputError(
            f"{where}: {columns.title(index)!r} has neither numbers nor times "
            f"(such as {columns.text[index][0]!r})"
        )
    return Evidence("time, as requested", by_values=False, counter=False)


def _without_lonely_ramps(
    columns: Columns, times: dict[int, Evidence], chosen: list[int] | None
) -> tuple[dict[int, Evidence], list[str]]:
    """Keep ramps as channels where nothing else could be one."""
    numbers = set(range(len(columns.names))) - set(columns.text)
    if chosen is not None or numbers - set(times):
        return times, []
    by_values = {index for index in numbers if times[index].by_values}
    kept = by_values or numbers
    listed = ", ".join(columns.title(index) for index in sorted(kept))
    note = (
        f"warning: {listed} increases like time, but is the only column, and is used as a signal"
        if kept
        else ""
    )
    return {i: e for i, e in times.items() if i not in kept}, [note] if note else []


def _sampling(
    columns: Columns,
    request: Request,
    times: Mapping[int, Evidence],
    seconds: Mapping[int, np.ndarray],
) -> tuple[TimeColumn | None, float | None, list[str]]:
    """Return the column of time for output, the sampling rate, and remarks on both."""
    found: dict[int, Sampling] = {
        index: sampling_of(
            columns.title(index),
            seconds.get(index, columns.values[:, index]),
            unit=_unit_of_time(columns, index),
            counter=evidence.counter,
            lines=columns.lines,
        )
        for index, evidence in times.items()
    }
    asked = request.time_column is not None
    best = next(
        (index for index, sampling in found.items() if sampling.rate is not None or asked),
        next(iter(found), None),
    )
    # A counter beside time stamps knows of lost samples, too.
    remarks = [
        note
        for index, sampling in found.items()
        if index == best or times[index].counter
        for note in sampling.notes
    ]
    measured = None if best is None else found[best].rate
    rate, more = _agreed(columns, request, measured)
    if best is None:
        return None, rate, [*remarks, *more]
    cells = columns.cells(best) if columns.cells else columns.values[:, best].tolist()
    return TimeColumn(columns.title(best), cells), rate, [*remarks, *more]


def _unit_of_time(columns: Columns, index: int) -> str:
    if index in columns.text:
        return "s"  # what stamps were turned into
    return "" if columns.units is None else columns.units[index]


def _agreed(
    columns: Columns, request: Request, measured: float | None
) -> tuple[float | None, list[str]]:
    """Return the sampling rate from the user, else the time column, else the text of the file."""
    remarks = []
    stated = columns.sampling_rate
    rate = next((r for r in (request.sampling_rate, measured, stated) if r is not None), None)
    if rate is not None:
        for other, whose in ((measured, "the column of time"), (stated, "the file")):
            if other is not None and abs(other / rate - 1) > 0.01:
                remarks.append(f"warning: {whose} states {other:g} Hz, but {rate:g} Hz is used")
        remarks.insert(0, f"sampling rate {rate:g} Hz")
    return rate, remarks


def _left_out(
    columns: Columns, times: Mapping[int, Evidence], channels: Sequence[int]
) -> dict[str, str]:
    left: dict[str, str] = {}
    for index in range(len(columns.names)):
        if index in channels:
            continue
        if index in times:
            reason = times[index].reason
        elif index in columns.text:
            reason = "text" if any(cell.strip() for cell in columns.text[index]) else "empty"
        else:
            reason = "not among --columns"
        title = columns.title(index)
        left[title if title not in left else f"{title} (column {index + 1})"] = reason
    return left


def _units(columns: Columns, channels: Sequence[int]) -> tuple[str, ...] | None:
    if columns.units is None:
        return None
    units = tuple(columns.units[index] for index in channels)
    return units if any(units) else None


def _taken(values: np.ndarray, channels: Sequence[int]) -> np.ndarray:
    """Return the channels' columns, without a copy where they are all there is."""
    if list(channels) == list(range(values.shape[1])):
        return values
    return np.ascontiguousarray(values[:, list(channels)])
