"""The axes that figures of sweeps share: their labels, scales, and ticks that fit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from bssbench.statistics.sweeps import axis_name, text_of

__all__ = ["QUANTITY_LABELS", "heading", "positions", "set_ticks"]

QUANTITY_LABELS = {
    "efficiency": "efficiency (dB)",
    "separation": "separation (dB)",
    "si_sdr": "SI-SDR (dB)",
    "seconds": "CPU time of a seed (s)",
}
"""Labels of `bssbench.statistics.efficiency.QUANTITIES`."""

# From this ratio on, values are spread too widely for a linear axis; and up to which factor the
# ratios of neighbours count as equal.
_WIDE, _EQUAL = 10.0, 1.05
# Inches: a character of a tick's label, and the space between two labels.
_CHARACTER, _GAP = 0.062, 0.05


def heading(axis: str, value: Any) -> str:
    """Return the heading of the panels of a value."""
    return f"{axis_name(axis)} {text_of(value)}"


def positions(values: Sequence[Any]) -> tuple[list[float], bool]:
    """Return where values lie on an axis, and whether the axis is logarithmic.

    It is logarithmic if the values span a decade or more, or if each is the same multiple of the
    one before. Values that are not numbers are spaced evenly.
    """
    if not all(isinstance(value, (int, float, np.number)) for value in values):
        return [float(number) for number in range(len(values))], False
    numbers = [float(value) for value in values]
    if min(numbers) <= 0 or len(numbers) < 2:
        return numbers, False
    ratios = np.array(numbers[1:]) / np.array(numbers[:-1])
    multiples = len(ratios) > 1 and ratios.max() < _EQUAL * ratios.min() and ratios.min() > 1
    return numbers, bool(max(numbers) / min(numbers) >= _WIDE or multiples)


def set_ticks(axis: Axes, values: Sequence[Any], inches: float) -> None:
    """Put a tick at each value of the horizontal axis, and a label where one fits."""
    places, logarithmic = positions(values)
    axis.set_xscale("log" if logarithmic else "linear")
    scaled = np.log(places) if logarithmic else np.array(places)
    span = np.ptp(scaled) or 1.0
    # The margins of the axis take a tenth.
    at = (scaled - scaled.min()) / span * 0.9 * inches
    labels, end = [], -np.inf
    for value, centre in zip(values, at, strict=True):
        text = text_of(value)
        half = _CHARACTER * len(text) / 2
        fits = centre - half >= end + _GAP
        labels.append(text if fits else "")
        end = centre + half if fits else end
    axis.set_xticks(places, labels)
    axis.xaxis.set_minor_locator(NullLocator())
