"""The sampling rate of a time column, and irregularities of its steps."""

import re
from dataclasses import dataclass

import numpy as np

from bssbench.readers.time_columns import is_epoch, wrapped_steps

__all__ = ["Sampling", "sampling_of"]

_PER_SECOND = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "millis", "millisecond", "milliseconds"), 1e3),
    **dict.fromkeys(("us", "µs", "μs", "usec", "micros", "microsecond", "microseconds"), 1e6),
    **dict.fromkeys(("ns", "nsec", "nanosecond", "nanoseconds"), 1e9),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 1 / 60),
    **dict.fromkeys(("h", "hour", "hours"), 1 / 3600),
}
# This many usual steps are a gap; a standard deviation above this fraction of a step is reported.
_GAP = 1.5
_JITTER = 0.05
# Clocks are read with some error, and their times rounded: so near, a whole rate is meant.
_ROUNDING = 1e-5


@dataclass(frozen=True)
class Sampling:
    """The sampling rate of a time column in Hz, or None, and remarks."""

    rate: float | None
    notes: tuple[str, ...]


def sampling_of(
    title: str,
    times: np.ndarray,
    unit: str = "",
    counter: bool = False,
    lines: np.ndarray | None = None,
) -> Sampling:
    """Return the sampling rate of a column of time, and its gaps.

    Parameters
    ----------
    title : str
        What the column is called; a unit may be part of it.
    times : numpy.ndarray
        Shape (time,).
    unit : str
        Where it is known.
    counter : bool
        Whether it counts rows: such a column has gaps, but no rate.
    lines : numpy.ndarray or None
        Shape (time,), the rows' lines in the file.

    Notes
    -----
    The unit is, in this order: the one given; one in the name (``time_ms``, ``t [s]``); what fits
    times since 1970; seconds, where steps are a fraction of one; milliseconds, where steps are
    whole numbers from 2 to 100 and the name contains ``time``. Whole numbers that step by one are
    sample numbers, and have no rate. The step is the mean of those within half of the median one.
    """
    if np.isfinite(times).sum() < 2:
        return Sampling(None, ())
    finite = np.flatnonzero(np.isfinite(times))
    notes = []
    if len(finite) < len(times):
        row = int(np.flatnonzero(~np.isfinite(times))[0])
        n_missing = len(times) - len(finite)
        notes.append(f"warning: {title!r} lacks {n_missing} times, first in {_row(row, lines)}")
    steps = (wrapped_steps if counter else np.diff)(times[finite]) / np.maximum(np.diff(finite), 1)
    step, notes_of_steps = _step(title, steps, finite, lines)
    notes += notes_of_steps
    if step is None or counter:
        return Sampling(None, tuple(notes))
    per_second, guessed = _units_per_second(title, unit, times[finite], step)
    if per_second is None:
        notes.append(f"warning: the unit of {title!r} is unknown; give --sampling-rate")
        return Sampling(None, tuple(notes))
    if guessed:
        notes.append(guessed)
    rate = per_second / step
    whole = round(rate)
    near = whole > 0 and abs(rate / whole - 1) < _ROUNDING
    return Sampling(float(whole) if near else float(f"{rate:.7g}"), tuple(notes))


def _step(
    title: str, steps: np.ndarray, finite: np.ndarray, lines: np.ndarray | None
) -> tuple[float | None, list[str]]:
    """Return the usual step, and remarks on other steps."""
    notes = []
    back = np.flatnonzero(steps < 0)
    if len(back):
        where = _row(int(finite[back[0] + 1]), lines)
        notes.append(
            f"warning: {title!r} decreases {len(back)} times, first in {where}: "
            "rows may be out of order, or several recordings joined"
        )
    ahead = steps[steps > 0]
    if not len(ahead):
        return None, [*notes, f"warning: {title!r} does not increase; give --sampling-rate"]
    if len(ahead) < 0.9 * len(steps) and not len(back):
        # Stamps coarser than the step: many rows have the same.
        changes = np.flatnonzero(steps)
        many = len(changes) > 2
        rows = slice(changes[0] + 1, changes[-1] + 1) if many else slice(None)
        return float(steps[rows].mean()), [
            *notes,
            f"warning: rows share times in {title!r}; the mean step is used",
        ]
    median = float(np.median(ahead))
    usual = ahead[np.abs(ahead - median) <= 0.5 * median]
    step = float(usual.mean()) if len(usual) else median
    spread = float(usual.std()) / step if len(usual) else 0.0
    # With a clock that jitters, a long step is not yet a gap.
    gaps = np.flatnonzero(steps > max(_GAP, 1 + 5 * spread) * step)
    if len(gaps):
        first = int(gaps[0])
        notes.append(
            f"warning: {title!r} has {len(gaps)} gap{'s' if len(gaps) > 1 else ''}, first before "
            f"{_row(int(finite[first + 1]), lines)}: a step of {steps[first]:.6g} instead "
            f"of {step:.6g}; rows are taken as evenly spaced"
        )
    if spread > _JITTER:
        notes.append(
            f"warning: the steps of {title!r} vary by {spread:.0%}; rows are taken as evenly spaced"
        )
    return step, notes


def _units_per_second(
    title: str, unit: str, times: np.ndarray, step: float
) -> tuple[float | None, str]:
    """Return how many units make a second, and a remark if that is a guess."""
    words = [unit.strip(" []()").casefold(), *re.split(r"[^a-zµμ]+", title.casefold())]
    if "delta" not in words:
        # 't' and 'x' have no unit; a name that is nothing but a unit is one.
        for word in words:
            if word in _PER_SECOND:
                return _PER_SECOND[word], ""
    per_second = is_epoch(times)
    if per_second is not None:
        return per_second, ""
    whole = bool((times == np.round(times)).all())
    if not whole or step != round(step):
        return 1.0, ""
    if step == 1:
        return None, ""
    if 2 <= step <= 100 and "time" in title.casefold():
        return (
            1e3,
            f"warning: {title!r} is assumed to be in milliseconds; if not, give --sampling-rate",
        )
    return None, ""


def _row(row: int, lines: np.ndarray | None) -> str:
    return f"row {row + 1}" if lines is None else f"line {lines[row]}"
