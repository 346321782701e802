"""The sampling rate that the words above a table state."""

import re
from collections.abc import Iterable

__all__ = ["stated_rate"]

_KEY = re.compile(
    r"(?:^|[^a-z])(?:fs|f_s|s_?rate|s_?freq|(?:sampling|sample)[\s_-]*(?:rate|freq(?:uency)?))"
    r"(?:\s*[\[(]\s*(?P<inner>k?hz|s/s|sps)\s*[\])])?\s*(?:[=:,;\t]|is|of|\s)\s*"
    r"(?P<number>\d+(?:[.,]\d+)?(?:e[+-]?\d+)?)\s*(?P<unit>k?hz|sps)?",
    re.IGNORECASE,
)
_INTERVAL = re.compile(
    r"(?:^|[^a-z])(?:delta_x|dt|sampling[\s_-]*interval)"
    r"(?:\s*[\[(]\s*(?P<inner>s|ms|us|µs)\s*[\])])?\s*(?:[=:,;\t]|\s)\s*"
    r"(?P<number>\d*[.,]?\d+(?:e[+-]?\d+)?)\s*(?P<unit>s|ms|us|µs)?(?![a-z])",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\d.,-])(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>k?hz)\b", re.IGNORECASE)
# Other frequencies than the sampling rate.
_OTHER = re.compile(r"filter|pass|notch|cut|band|mains|line|stop|hp|lp", re.IGNORECASE)
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6}


def stated_rate(texts: Iterable[str]) -> float | None:
    """Return the sampling rate in Hz that lines of text state, or None.

    That is the number after a word for it (``fs=250 Hz``, ``Sample Rate: 250``), one over a
    sampling interval (``Delta_X 0.004``), or the only number of hertz in a line without a word
    for a filter. Where they state different ones it is None.
    """
    lines = list(texts)
    for rates in (_keyed(lines), _intervals(lines), _bare(lines)):
        positive = {rate for rate in rates if rate > 0}
        if positive:
            return positive.pop() if len(positive) == 1 else None
    return None


def _keyed(lines: Iterable[str]) -> set[float]:
    found = set()
    for line in lines:
        for match in _KEY.finditer(line):
            unit = (match["unit"] or match["inner"] or "Hz").casefold()
            found.add(_number(match["number"]) * (1000.0 if unit == "khz" else 1.0))
    return found


def _intervals(lines: Iterable[str]) -> set[float]:
    found = set()
    for line in lines:
        for match in _INTERVAL.finditer(line):
            seconds = _SECONDS[(match["unit"] or match["inner"] or "s").casefold()]
            interval = _number(match["number"]) * seconds
            if interval > 0:
                found.add(float(f"{1 / interval:.9g}"))
    return found


def _bare(lines: Iterable[str]) -> set[float]:
    return {
        float(match["number"]) * (1000.0 if match["unit"].casefold() == "khz" else 1.0)
        for line in lines
        if not _OTHER.search(line)
        for match in _BARE.finditer(line)
    }


def _number(text: str) -> float:
    return float(text.replace(",", "."))
