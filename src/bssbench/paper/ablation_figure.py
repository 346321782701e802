"""What each addition to a method changes, in decibels, and what all of them do."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bssbench.paper.drawing import Drawing, enumerated
from bssbench.paper.style import SOURCE_LOOKS, empty_drawing, label_plainly, new_figure

__all__ = ["draw_ablation"]

# Inches: what a data set's line takes in each addition, and what axis and title take beside.
_LINE, _BESIDE = 0.085, 0.55
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
# To here the axis is linear, and beyond it logarithmic; less is no difference that matters.
_NEGLIGIBLE = 1.0
_TICKS = (-20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20)


def draw_ablation(comparison: pd.DataFrame) -> Drawing:
    """Draw the difference in SI-SDR of what is left from the whole, a panel for each method.

    Parameters
    ----------
    comparison : pandas.DataFrame
        From `bssbench.statistics.ablation.compare_with_whole`.
    """
    data = comparison[(comparison["score"] == "si_sdr") & (comparison["n_pairs"] > 0)]
    columns = ["method", "without", "dataset", "mean_difference", "low", "high", "n_pairs"]
    data = data[columns].reset_index(drop=True)
    if data.empty:
        return empty_drawing("no pair of seeds has a value")
    methods = {
        str(method): list(dict.fromkeys(own["without"]))
        for method, own in data.groupby("method", sort=False)
    }
    datasets = list(dict.fromkeys(data["dataset"]))
    heights = [_BESIDE + _LINE * (len(datasets) + 1) * len(names) for names in methods.values()]
    figure = new_figure(height=sum(heights) + 0.3)
    grid = figure.subplots(
        len(methods), squeeze=False, sharex=True, gridspec_kw={"height_ratios": heights}
    )
    for axis, (method, names) in zip(grid[:, 0], methods.items(), strict=True):
        _draw_panel(axis, data[data["method"] == method], names, datasets)
        axis.set_title(method)
    grid[-1, 0].set_xlabel("difference from the whole method (dB)")
    handles, labels = grid[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=min(3, len(datasets)))
    pairs = data["n_pairs"]
    counted = str(pairs.min()) if pairs.nunique() == 1 else f"{pairs.min()} to {pairs.max()}"
    caption = (
        f"What taking away an addition changes in the SI-SDR of {enumerated(methods)}, a line for "
        "each data set: mean difference from the whole method, paired by seed "
        f"({counted} seeds), in dB, with its 95 percent bootstrap interval (BCa); to the left "
        "taking away makes it worse. Everything: all additions are taken away at once, which "
        "leaves the plain method. The grey band is 1 dB to either side; within it the axis is "
        "linear, beyond it logarithmic."
    )
    return Drawing(figure, caption, data)


def _draw_panel(axis: Axes, rows: pd.DataFrame, names: list[str], datasets: list[str]) -> None:
    """Draw one method: a group of lines for each of what is taken away."""
    offsets = np.linspace(-0.5, 0.5, len(datasets) + 2)[1:-1]
    axis.axvspan(-_NEGLIGIBLE, _NEGLIGIBLE, color="#E6E6E6", zorder=0, linewidth=0)
    axis.axvline(0.0, color="#AAAAAA", linewidth=0.7, zorder=0)
    for number, (dataset, offset) in enumerate(zip(datasets, offsets, strict=True)):
        own = rows[rows["dataset"] == dataset]
        places = own["without"].map(names.index) + offset
        colour = SOURCE_LOOKS[number % len(SOURCE_LOOKS)]["color"]
        # With one pair there is no interval.
        axis.hlines(places, own["low"], own["high"], color=colour, linewidth=0.9)
        axis.scatter(
            own["mean_difference"],
            places,
            s=9,
            color=colour,
            marker=_MARKERS[number % len(_MARKERS)],
            label=dataset,
            linewidths=0.5,
        )
    axis.set_xscale("symlog", linthresh=_NEGLIGIBLE, linscale=0.6)
    label_plainly(axis.xaxis)
    axis.set_xticks(_TICKS)
    axis.set_yticks(range(len(names)), names)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
