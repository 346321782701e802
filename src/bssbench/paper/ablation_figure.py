"""What each addition to a method changes, in decibels, and what all of them change together."""

from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bssbench.paper.drawing import Drawing, enumerated
from bssbench.paper.style import empty_drawing, new_figure

__all__ = ["draw_ablation"]

# Inches: the line of an addition, and the title and axis of a panel.
_LINE, _BESIDE = 0.13, 0.55
_TITLE_WIDTH = 16
# Up to here the axis is linear, and beyond it logarithmic; less is no difference that matters.
_NEGLIGIBLE = 1.0
_TICKS = (-10, -1, 1, 10)
_OUTCOMES = {
    "worse": ("#D55E00", "v", "worse without it"),
    "better": ("#0072B2", "^", "better without it"),
    "open": ("#777777", "o", "interval includes 0"),
}


def draw_ablation(comparison: pd.DataFrame) -> Drawing:
    """Draw what leaving out each addition changes in SI-SDR, a panel for each method and data set.

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
    heights = [_BESIDE + _LINE * len(names) for names in methods.values()]
    figure = new_figure(height=sum(heights) + 0.5)
    grid = figure.subplots(
        len(methods),
        len(datasets),
        squeeze=False,
        sharex=True,
        sharey="row",
        gridspec_kw={"height_ratios": heights},
    )
    for axes, (method, names) in zip(grid, methods.items(), strict=True):
        for axis, dataset in zip(axes, datasets, strict=True):
            own = data[(data["method"] == method) & (data["dataset"] == dataset)]
            _draw_panel(axis, own, names)
        axes[0].set_ylabel(f"{method}\nwithout", fontweight="bold")
    for axis, dataset in zip(grid[0], datasets, strict=True):
        axis.set_title("\n".join(wrap(dataset, _TITLE_WIDTH)), fontsize=7)
    figure.supxlabel("difference in SI-SDR from the whole method (dB)", fontsize=7.5)
    handles: list[Any] = [
        Line2D([], [], linestyle="none", markersize=4, color=colour, marker=marker, label=label)
        for colour, marker, label in _OUTCOMES.values()
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=len(handles))
    pairs = data["n_pairs"]
    counted = str(pairs.min()) if pairs.nunique() == 1 else f"{pairs.min()} to {pairs.max()}"
    caption = (
        f"Effect of leaving out each addition on the SI-SDR of {enumerated(methods)}, on "
        f"{enumerated(datasets)}: the mean difference from the whole method, paired by seed "
        f"({counted} seeds), in dB, with its 95 percent bootstrap interval (BCa). To the left of 0 "
        "the method is worse without the addition. In the row everything all additions are left "
        "out at once, which leaves the plain method. The grey band is 1 dB to either side; within "
        "it the axis is linear, beyond it logarithmic."
    )
    return Drawing(figure, caption, data)


def _draw_panel(axis: Axes, rows: pd.DataFrame, names: list[str]) -> None:
    """Draw one method on one data set: a line for each addition that is left out."""
    axis.axvspan(-_NEGLIGIBLE, _NEGLIGIBLE, color="#E6E6E6", zorder=0, linewidth=0)
    axis.axvline(0.0, color="#AAAAAA", linewidth=0.7, zorder=0)
    for row in rows.to_dict("records"):
        place, low, high = names.index(row["without"]), row["low"], row["high"]
        # With one pair there is no interval.
        outcome = "worse" if high < 0 else "better" if low > 0 else "open"
        colour, marker, _ = _OUTCOMES[outcome]
        axis.hlines(place, low, high, color=colour, linewidth=1.0)
        axis.scatter(
            row["mean_difference"], place, s=11, color=colour, marker=marker, linewidths=0, zorder=3
        )
    axis.set_xscale("symlog", linthresh=_NEGLIGIBLE, linscale=0.4)
    axis.set_xticks(_TICKS, [f"{tick}".replace("-", "\N{MINUS SIGN}") for tick in _TICKS])
    axis.minorticks_off()
    axis.set_yticks(np.arange(len(names)), names, fontsize=7)
    axis.set_ylim(len(names) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
