"""Heads and data records of EDF: units and rates of signals, and how long records should be."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["SignalHead", "duration_of", "record_length", "signal_heads"]

# Of EDF's specification: no record should be longer.
_LARGEST_RECORD = 61_440
_DURATION_WIDTH = 8
_ANNOTATIONS = ("EDF Annotations", "BDF Annotations")


@dataclass(frozen=True)
class SignalHead:
    """The header of a signal: label, unit, and samples per record."""

    label: str
    unit: str
    samples: int


def signal_heads(path: Path) -> list[SignalHead]:
    """Return the heads of signals, without those of annotations.

    The layout is that of Kemp et al. (1992), A simple format for exchange of digitized polygraphic
    recordings. A damaged header has none; reading the file reports the error.
    """
    with path.open("rb") as file:
        count = file.read(256)[252:256].strip()
        n_signals = int(count) if count.isdigit() else 0
        rest = file.read(256 * n_signals).decode("latin-1")
    if len(rest) < 256 * n_signals:
        return []

    def cells(before: int, width: int) -> list[str]:
        start = before * n_signals
        return [rest[start + width * i :][:width].strip() for i in range(n_signals)]

    parts = zip(cells(0, 16), cells(96, 8), cells(216, 8), strict=True)
    return [
        SignalHead(label, unit, int(samples))
        for label, unit, samples in parts
        if samples.isdecimal() and label not in _ANNOTATIONS
    ]


def duration_of(length: int, rate: float) -> float:
    """Return the seconds of a record of `length` samples, as a text of at most eight characters."""
    seconds = length / rate
    whole = len(str(int(seconds)))
    return round(seconds, max(0, _DURATION_WIDTH - 1 - whole))


def record_length(n_samples: int, n_signals: int, rate: float, bits: int) -> int:
    """Return the number of samples of a data record: so that the last is filled up with least.

    A record's duration has eight characters, and only durations that fit exactly keep the
    rate as it is. Where no such one leaves less than a second to be filled, the rate is off by less
    than a millionth instead.
    """
    most = max(1, min(n_samples, _LARGEST_RECORD // (n_signals * bits // 8)))
    lengths = range(1, most + 1)
    exact = [n for n in lengths if abs(duration_of(n, rate) * rate / n - 1) < 1e-12]
    best = min(exact, key=lambda n: (-n_samples % n, -n), default=0)
    if best and -n_samples % best <= rate:
        return best
    near = [n for n in lengths if abs(duration_of(n, rate) * rate / n - 1) < 1e-6]
    return min(near or [most], key=lambda n: (-n_samples % n, -n))
