"""The scores of all seeds, a panel for each data set, with the level of chance behind them."""

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


def draw(results: Results) -> Figure:
    """Draw each seed's MCC, or the modes found on recordings of structures.

    The band is where 90 % of random rotations score, its line their median.

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
    rows = -(-len(panels) // columns)
    figure = new_figure(height=0.3 + 2.0 * rows)
    axes = figure.subplots(rows, columns, squeeze=False).flatten()
    for axis, name in zip(axes, panels, strict=False):
        _draw_panel(axis, values[values["dataset"] == name], results, name)
    for axis in axes[len(panels) :]:
        axis.set_axis_off()
    return figure


def _draw_panel(axis: Axes, values: pd.DataFrame, results: Results, name: str) -> None:
    """Draw one data set."""
    score = next(s for s in _SCORES if s in set(values["score"]))
    values = values[values["score"] == score]
    if score == "mcc":
        low, middle, high = chance_level(results.dataset(name).n_sources)
        axis.axhspan(low, high, color="#E6E6E6", zorder=0, linewidth=0)
        axis.axhline(middle, color="#AAAAAA", linewidth=0.7, zorder=0)
        if axis.get_subplotspec().is_first_col():  # type: ignore[union-attr]
            axis.text(
                0.02, low + 0.01, "chance", color="#777777", transform=axis.get_yaxis_transform()
            )
        axis.set_ylim(min(0.5, values["value"].min() - 0.02), 1.01)
    for position, method in enumerate(results.methods):
        points = values.loc[values["method"] == method, "value"].to_numpy()
        if not len(points):
            continue
        # Spread by rank and not at random, so that the figure is the same every time.
        offsets = np.linspace(-0.25, 0.25, len(points)) if len(points) > 1 else np.zeros(1)
        colour = method_colour(method)
        marker = method_marker(method)
        axis.scatter(position + offsets, points, s=7, color=colour, marker=marker, linewidths=0.6)
        median = np.median(points)
        axis.plot(
            [position - 0.35, position + 0.35], [median, median], color="black", linewidth=1.1
        )
    axis.set_title(name)
    axis.set_ylabel(_SCORES[score])
    axis.set_xticks(range(len(results.methods)), results.methods, rotation=60, ha="right")
    axis.set_xlim(-0.6, len(results.methods) - 0.4)
    axis.tick_params(axis="x", length=0)
