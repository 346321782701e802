"""The picture of a recording's eigenvalues and the number of sources that they suggest."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bssbench.paper.style import COLUMN_WIDTH, new_figure
from bssbench.preparation.source_count import SourceCount

__all__ = ["draw_eigenvalues"]

_COUNTED, _NOT_COUNTED = "#0072B2", "#999999"

# Without noise, eigenvalues of rounding errors would take up most of the picture.
_DECADES = 8


def draw_eigenvalues(count: SourceCount) -> Figure:
    """Draw eigenvalues in descending order, those of sources, the others, and the threshold.

    Parameters
    ----------
    count : SourceCount
        From `bssbench.preparation.suggested_n_sources`.
    """
    figure = new_figure(height=2.4, width=COLUMN_WIDTH)
    axes = figure.subplots()
    floor = count.eigenvalues[0] * 10.0**-_DECADES
    values = np.maximum(count.eigenvalues, floor)
    order = np.arange(1, len(values) + 1)
    counted = order <= (count.number or 0)
    axes.semilogy(order, values, color=_NOT_COUNTED, linewidth=0.6, zorder=1)
    groups = ((counted, _COUNTED, "o", "sources"), (~counted, _NOT_COUNTED, "s", "not counted"))
    for chosen, colour, marker, label in groups:
        if chosen.any():
            axes.plot(
                order[chosen], values[chosen], marker, color=colour, markersize=4, label=label
            )
    if count.threshold is not None and count.threshold > floor:
        axes.axhline(count.threshold, color=_COUNTED, linestyle=":", linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("direction")
    axes.set_ylabel("variance (channels)")
    found = "no number" if count.number is None else f"{count.number}"
    axes.set_title(f"sources: {found}")
    axes.legend()
    return figure
