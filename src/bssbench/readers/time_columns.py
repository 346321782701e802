"""Which columns are time, row numbers or counters, by their name or by their values."""

import re
from dataclasses import dataclass

import numpy as np

__all__ = ["Evidence", "is_epoch", "time_evidence", "wrapped_steps"]

# fmt: off
# Names that mean time or a row number for any values.
_TIME = frozenset((
    "time", "timestamp", "timestamps", "datetime", "date", "seconds", "milliseconds",
    "microseconds", "epochtime", "unixtime", "elapsedtime", "elapsed", "relativetime",
    "abstime", "xvalue", "zeit", "zeitstempel", "temps", "tiempo", "tempo", "czas", "tijd",
    "timesec", "times", "timems", "timeus", "timens", "millis", "micros", "timeseconds",
    "timemilliseconds", "timestampformatted", "lsltimestamp", "timeofday", "unixtimestamp",
))
_COUNTER = frozenset((
    "sampleindex", "samplenumber", "sampleno", "samplenr", "samplenum", "samplecounter",
    "rownumber", "rownames", "rowname", "rowindex", "packetnumber", "packetnum",
    "packetcounter", "framenumber", "framecounter", "unnamed0",
))
# Names that can mean a signal as well: they count only if the values increase.
_PERHAPS = frozenset((
    "t", "s", "ms", "us", "ns", "x", "n", "i", "sec", "secs", "msec", "usec", "epoch", "index",
    "idx", "sample", "samples", "row", "no", "nr", "frame", "counter", "count", "packet", "seq",
    "sequence", "id", "obs", "line", "tick", "ticks", "clock",
))
# fmt: on
# Fewer rows can increase evenly by chance.
_FEWEST_ROWS = 10
# Seconds since 1970 for years 1998 to 2039, and the same in ms, us and ns.
_EPOCH = (9e8, 2.2e9)


@dataclass(frozen=True)
class Evidence:
    """The reason why a column is not a channel.

    Attributes
    ----------
    reason : str
        In words.
    by_values : bool
        Whether only the values show it.
    counter : bool
        Whether it counts rows and so has no unit of time.
    """

    reason: str
    by_values: bool
    counter: bool


def time_evidence(name: str, values: np.ndarray) -> Evidence | None:
    """Return why a column of numbers, of shape (time,), is time or a counter, or None.

    The rule, in this order:

    1. Its *name* means nothing else (``time``, ``timestamp``, ``sample index`` and so on; units and
       punctuation aside).
    2. It has no less than ten rows, no gap in its values, and

       - counts: whole numbers that step by one, but for jumps ahead or back to where it began
         (a wrapping counter), in no less than 90 % of rows; or
       - has all values in the range of seconds, ms, us or ns since 1970 for years 1998 to 2039 and
         never decreases; or
       - *always* increases, with 95 % of its steps within half of the median step, and these steps
         are constant to a thousandth or unrelated to the step before (a correlation below 0.5).
         A slow drift has noise, and decreases somewhere, or has none, and then one step resembles
         the one before; a clock's jitter does not.

       Where the name may mean time (``t``, ``index``, ``n`` and so on), increasing is enough.
    """
    key = re.sub(r"[^a-z0-9]", "", re.sub(r"[\[(].*?[\])]", "", name.casefold()))
    whole = re.sub(r"[^a-z0-9]", "", name.casefold())
    if {key, whole} & _COUNTER:
        return Evidence("row numbers or a counter, by its name", by_values=False, counter=True)
    if {key, whole} & _TIME or re.match(r"time\s*:?\s*[0-9.]+\s*hz$", name.casefold()):
        return Evidence("time, by its name", by_values=False, counter=False)
    if len(values) < _FEWEST_ROWS or not np.isfinite(values).all():
        return None
    steps = np.diff(values)
    if _counts(values, steps):
        return Evidence("row numbers or a counter, by its values", by_values=True, counter=True)
    perhaps = key in _PERHAPS or whole in _PERHAPS
    if (steps >= 0).all() and steps.any() and (is_epoch(values) or perhaps):
        return Evidence("time, as it increases", by_values=not perhaps, counter=False)
    if (steps > 0).all() and _like_a_clock(steps):
        return Evidence("time, as it increases evenly", by_values=True, counter=False)
    return None


def is_epoch(values: np.ndarray) -> float | None:
    """Return how many of its units make a second if these are times since 1970, else None."""
    low, high = float(values.min()), float(values.max())
    for per_second in (1.0, 1e3, 1e6, 1e9):
        if low >= _EPOCH[0] * per_second and high <= _EPOCH[1] * per_second:
            return per_second
    return None


def wrapped_steps(values: np.ndarray) -> np.ndarray:
    """Return the steps of a counter, with those from its end to its beginning made steps ahead."""
    steps = np.diff(values)
    period = values.max() - values.min() + 1
    return np.where(steps < 0, steps + period, steps)


def _counts(values: np.ndarray, steps: np.ndarray) -> bool:
    if (values != np.round(values)).any():
        return False
    ones = np.mean(steps == 1)
    if (steps > 0).all():
        return bool(ones >= 0.9)
    # Back means: to the lowest of all, or, where packets are lost there, near it.
    back = values[1:][steps < 0] - values.min()
    return bool(ones >= 0.9 and (back <= 0.1 * (values.max() - values.min())).all())


def _like_a_clock(steps: np.ndarray) -> bool:
    median = np.median(steps)
    usual = steps[np.abs(steps - median) <= 0.5 * median]
    if len(usual) < 0.95 * len(steps):
        return False
    deviations = usual - usual.mean()
    spread = np.sqrt(np.mean(deviations**2))
    if spread <= 1e-3 * median:
        return True
    correlation = np.mean(deviations[1:] * deviations[:-1]) / spread**2
    return bool(correlation < 0.5)
