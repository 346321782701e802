"""How well each method separates recordings, by the score that each recording allows."""

from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import NotApplicable
from bssbench.paper.drawing import describe_seeds
from bssbench.paper.figures import Drawing, Results
from bssbench.paper.looks import method_colour, method_marker
from bssbench.paper.style import new_figure
from bssbench.scores.catalogue import SCORES
from bssbench.statistics.chance import chance_level
from bssbench.statistics.controls import CONTROLS

__all__ = ["draw"]

_COLUMNS = 4
# A panel each, on the recordings that have the score.
_SCORES = {name: score.axis for name, score in SCORES.items() if score.axis}
# Inches: the line of a method, and the axis and title of a panel.
_METHOD, _BESIDE = 0.118, 0.75
_TITLE_WIDTH = 24


def draw(results: Results) -> Drawing:
    """Draw each seed's score on each recording, a panel for each score that it allows.

    Raises
    ------
    NotApplicable
        If no recording has a score.
    """
    scores = results.scores
    values = scores[(scores["status"] == "ok") & scores["score"].isin(_SCORES)]
    there = set(zip(values["dataset"], values["score"], strict=True))
    recorded = [name for name in results.datasets if parse_identifier(name).recorded]
    panels = [(name, score) for name in recorded for score in _SCORES if (name, score) in there]
    if not panels:
        raise NotApplicable("no recording has a score")
    columns = min(_COLUMNS, len(panels))
    rows = [panels[first : first + columns] for first in range(0, len(panels), columns)]
    run = [{method for name, _ in row for method in results.methods_on(name)} for row in rows]
    methods = [
        sorted((name for name in results.methods if name in there), key=lambda m: m in CONTROLS)
        for there in run
    ]
    heights = [_BESIDE + _METHOD * len(names) for names in methods]
    figure = new_figure(height=sum(heights))
    grid = figure.subplots(
        len(rows), columns, squeeze=False, sharey="row", gridspec_kw={"height_ratios": heights}
    )
    tables = []
    for axes, names, row in zip(grid, methods, rows, strict=True):
        for axis, (name, score) in zip(axes, row, strict=False):
            tables.append(_draw_references(axis, results, name, score))
            tables.append(_draw_panel(axis, results.values(name, score), names))
            axis.set_title("\n".join(wrap(name, _TITLE_WIDTH)))
            axis.set_xlabel(_SCORES[score])
        for axis in axes[len(row) :]:
            axis.set_axis_off()
    data = pd.concat(tables, ignore_index=True).astype({"seed": "Int64"})
    seeds = {name: data.loc[data["dataset"] == name, "seed"].dropna() for name, _ in panels}
    caption = (
        f"Scores of each method on recordings ({describe_seeds(seeds)}), a panel for each score; "
        "higher is better. A point is a seed, a bar the median. A method without a point has no "
        "value: it failed, or it was not run, or it found no component that beats like a fetal "
        "heart. The SI-SDR needs the true sources; where they are unknown, the score compares the "
        "estimates with a reference of the recording. Grey: what random rotations reach, for the "
        "SI-SDR the central 90 percent and the median, for other scores the range and the median "
        "of the control random. Dashes: the ceiling, the highest correlation of any linear "
        "combination of the channels, one for each recording where seeds use different recordings."
    )
    order = ["dataset", "score", "mark", "method", "seed", "value"]
    return Drawing(figure, caption, data[order])


def _draw_references(axis: Axes, results: Results, name: str, score: str) -> pd.DataFrame:
    """Draw the level of chance and, for an electrode, the ceiling; return what is drawn."""
    values = results.values(name, score)
    random = values.loc[values["method"] == "random", "value"]
    if score == "si_sdr":
        levels = chance_level(results.dataset(name).n_sources)
    else:
        levels = random.min(), random.median(), random.max()
    drawn = list(zip(("chance_low", "chance_median", "chance_high"), levels, strict=True))
    low, middle, high = levels
    if np.isfinite(middle):
        axis.axvspan(low, high, color="#E6E6E6", zorder=0, linewidth=0)
        axis.axvline(middle, color="#AAAAAA", linewidth=0.7, zorder=0)
    if score.endswith("_correlation"):
        # One, unless seeds have recordings of their own.
        ceilings = results.values(name, score.replace("correlation", "ceiling"))["value"].unique()
        for ceiling in ceilings:
            axis.axvline(ceiling, color="black", linewidth=0.7, linestyle=(0, (4, 2)), zorder=0)
        drawn += [("ceiling", ceiling) for ceiling in ceilings]
    if score == "si_sdr":
        axis.set_xlim(min(low, values["value"].min()) - 1.0, values["value"].max() + 1.0)
    elif SCORES[score].decimals == 0:
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        highest = values["value"].max()
        axis.set_xlim(min(0.5, values["value"].min() - 0.02), max(1.01, 1.02 * highest))
    marks = pd.DataFrame(drawn, columns=["mark", "value"]).dropna()
    return marks.assign(dataset=name, score=score)


def _draw_panel(axis: Axes, values: pd.DataFrame, methods: list[str]) -> pd.DataFrame:
    """Draw the points of one panel, a line for each of `methods`; return what is drawn."""
    medians = values.groupby(["dataset", "score", "method"], sort=False)["value"].median()
    for position, method in enumerate(methods):
        points = values.loc[values["method"] == method, "value"].to_numpy()
        if not len(points):
            continue
        # Spread by rank and not at random, so that the figure is the same every time.
        offsets = np.linspace(-0.25, 0.25, len(points)) if len(points) > 1 else np.zeros(1)
        colour = method_colour(method)
        marker = method_marker(method)
        axis.scatter(points, position + offsets, s=5, color=colour, marker=marker, linewidths=0.5)
        median = medians.xs(method, level="method").item()
        axis.plot([median, median], [position - 0.4, position + 0.4], color="black", linewidth=1.1)
    axis.set_yticks(range(len(methods)), methods, fontsize=7)
    axis.set_ylim(len(methods) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)
    return pd.concat([values.assign(mark="seed"), medians.reset_index().assign(mark="median")])
