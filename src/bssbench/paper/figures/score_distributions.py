"""The scores of all seeds, a panel for each data set, with the level of chance behind them."""

from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bssbench.errors import NotApplicable
from bssbench.paper.figures import Results
from bssbench.paper.style import method_colour, method_marker, new_figure
from bssbench.statistics.chance import chance_level

__all__ = ["draw"]

_COLUMNS = 4
_SCORES = {"mcc": "MCC", "modes_found": "modes found"}
# Inches: what a method takes, and what axis and title take beside.
_METHOD, _BESIDE = 0.115, 0.65
_TITLE_WIDTH = 22


def draw(results: Results) -> Figure:
    """Draw each seed's MCC, or the modes found on recordings of structures.

    The band is where 90 % of random rotations score, its line their median. Panels beside each
    other share their methods; where one has no points, it has no value there or was not run.

    Raises
    ------
    NotApplicable
        If no score has a value.
    """
    scores = results.scores
    values = scores[(scores["status"] == "ok") & scores["score"].isin(_SCORES)]
    panels = [name for name in results.datasets if name in set(values["dataset"])]
    if not panels:
        raise NotApplicable("no score has a value")
    columns = min(_COLUMNS, len(panels))
    rows = [panels[first : first + columns] for first in range(0, len(panels), columns)]
    run = [{method for name in row for method in results.methods_on(name)} for row in rows]
    methods = [[method for method in results.methods if method in there] for there in run]
    heights = [_BESIDE + _METHOD * len(names) for names in methods]
    figure = new_figure(height=sum(heights))
    grid = figure.subplots(
        len(rows), columns, squeeze=False, sharey="row", gridspec_kw={"height_ratios": heights}
    )
    for axes, names, row in zip(grid, methods, rows, strict=True):
        for axis, name in zip(axes, row, strict=False):
            _draw_panel(axis, values[values["dataset"] == name], results, name, names)
        for axis in axes[len(row) :]:
            axis.set_axis_off()
    return figure


def _draw_panel(
    axis: Axes, values: pd.DataFrame, results: Results, name: str, methods: list[str]
) -> None:
    """Draw one data set, a line for each of `methods`."""
    score = next(s for s in _SCORES if s in set(values["score"]))
    values = values[values["score"] == score]
    if score == "mcc":
        low, middle, high = chance_level(results.dataset(name).n_sources)
        axis.axvspan(low, high, color="#E6E6E6", zorder=0, linewidth=0)
        axis.axvline(middle, color="#AAAAAA", linewidth=0.7, zorder=0)
        axis.set_xlim(min(0.5, values["value"].min() - 0.02), 1.01)
    for position, method in enumerate(methods):
        points = values.loc[values["method"] == method, "value"].to_numpy()
        if not len(points):
            continue
        # Spread by rank and not at random, so that the figure is the same every time.
        offsets = np.linspace(-0.25, 0.25, len(points)) if len(points) > 1 else np.zeros(1)
        colour = method_colour(method)
        marker = method_marker(method)
        axis.scatter(points, position + offsets, s=5, color=colour, marker=marker, linewidths=0.5)
        median = np.median(points)
        axis.plot([median, median], [position - 0.4, position + 0.4], color="black", linewidth=1.1)
    # Long ids break at their hyphens.
    axis.set_title("\n".join(wrap(name, _TITLE_WIDTH)))
    axis.set_xlabel(_SCORES[score])
    axis.set_yticks(range(len(methods)), methods)
    axis.set_ylim(len(methods) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
