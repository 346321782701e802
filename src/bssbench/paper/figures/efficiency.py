"""How near to the Cramér-Rao bound each method comes, data set by data set."""

from textwrap import wrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from bssbench.errors import NotApplicable
from bssbench.paper.drawing import describe_seeds
from bssbench.paper.figures import Drawing, Results
from bssbench.paper.looks import method_colour, method_marker
from bssbench.paper.style import new_figure
from bssbench.scores.interference import collect_interference
from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.efficiency import is_judgeable, summarise_efficiency

__all__ = ["draw"]

_COLUMNS = 6
# Inches: what a method takes, and what axis and title take beside.
_METHOD, _BESIDE = 0.1, 0.75
_TITLE_WIDTH = 18
# In dB: from here on the axis is logarithmic.
_LINEAR = 3.0


def draw(results: Results) -> Drawing:
    """Draw the efficiency of each method, a panel for each data set that has a bound.

    Raises
    ------
    NotApplicable
        If no data set has a bound and a method to hold against it.
    """
    pairs = results.scores[["dataset", "method"]].drop_duplicates()
    runs = [
        results.cells / dataset / method / "run.json"
        for dataset, method in pairs.itertuples(index=False)
    ]
    interference = collect_interference(runs, results.data)
    table = summarise_efficiency(interference)
    table = table[[is_judgeable(bound) for bound in table["bound"]]]
    drawn = table[table["efficiency"].notna()]
    if drawn.empty:
        raise NotApplicable("no data set has a bound and a method that unmixes linearly")
    datasets = [name for name in results.datasets if name in set(drawn["dataset"])]
    columns = min(_COLUMNS, len(datasets))
    rows = [datasets[first : first + columns] for first in range(0, len(datasets), columns)]
    run = [set(table.loc[table["dataset"].isin(row), "method"]) for row in rows]
    methods = [
        sorted((name for name in results.methods if name in there), key=lambda m: m in CONTROLS)
        for there in run
    ]
    heights = [_BESIDE + _METHOD * len(names) for names in methods]
    figure = new_figure(height=sum(heights))
    grid = figure.subplots(
        len(rows), columns, squeeze=False, sharey="row", gridspec_kw={"height_ratios": heights}
    )
    for axes, names, row in zip(grid, methods, rows, strict=True):
        for axis, dataset in zip(axes, row, strict=False):
            _draw_panel(axis, drawn[drawn["dataset"] == dataset], names)
            axis.set_title("\n".join(wrap(dataset, _TITLE_WIDTH)), fontsize=7)
        for axis in axes[len(row) :]:
            axis.set_axis_off()
    figure.supxlabel("efficiency (dB)", fontsize=7.5)
    seeds = {name: interference.loc[interference["dataset"] == name, "seed"] for name in datasets}
    caption = (
        "Efficiency of each method, a panel for each data set that has a Cramer-Rao bound "
        f"({describe_seeds(seeds)}): the mean bound over the mean power of interference, in dB, "
        "with its 95 percent bootstrap interval (BCa). At the line of 0 dB a method does all that "
        "is possible; within 3 dB the axis is linear, beyond it logarithmic. An open marker: the "
        "bound leaves noise out, and no method can attain it. Grey: controls; the oracle is fitted "
        "to the true sources and no bound holds for it. What has no mark failed, was not run, or "
        "does not unmix linearly. " + _seen(drawn)
    )
    kept = ["dataset", "method", "efficiency", "efficiency_low", "efficiency_high"]
    data = drawn[[*kept, "bound", "within_reach", "n_ok"]].rename(columns={"n_ok": "n_seeds"})
    return Drawing(figure, caption, data.reset_index(drop=True))


def _draw_panel(axis: Axes, rows: pd.DataFrame, methods: list[str]) -> None:
    """Draw one data set's methods, a line for each."""
    axis.axvline(0.0, color="#BBBBBB", linewidth=2.0, zorder=0)
    for row in rows.to_dict("records"):
        place, colour = methods.index(row["method"]), method_colour(row["method"])
        axis.hlines(
            place, row["efficiency_low"], row["efficiency_high"], color=colour, linewidth=0.9
        )
        axis.scatter(
            row["efficiency"],
            place,
            s=11,
            facecolor=colour if row["within_reach"] else "white",
            edgecolor=colour,
            marker=method_marker(row["method"]),
            linewidths=0.7,
        )
    axis.set_xscale("symlog", linthresh=_LINEAR, linscale=1.0)
    lowest = np.nanmin(rows[["efficiency", "efficiency_low"]].to_numpy(dtype=np.float64))
    highest = np.nanmax(rows[["efficiency", "efficiency_high"]].to_numpy(dtype=np.float64))
    ticks = [tick for tick in (-40, -10, -3, 0, 3, 10, 40) if lowest * 1.2 <= tick <= highest * 1.2]
    ticks = sorted({*ticks, 0})
    axis.set_xticks(ticks, [f"{tick}".replace("-", "\N{MINUS SIGN}") for tick in ticks])
    axis.minorticks_off()
    axis.set_yticks(range(len(methods)), methods, fontsize=6.5)
    axis.set_ylim(len(methods) - 0.4, -0.6)
    axis.tick_params(axis="y", length=0)


def _seen(drawn: pd.DataFrame) -> str:
    """Say which method comes nearest to the bounds that can be attained, and which least."""
    judged = drawn[drawn["within_reach"] & ~drawn["method"].isin(CONTROLS)]
    medians = judged.groupby("method", sort=False)["efficiency"].agg(["median", "size"])
    # Only those that were judged on the most data sets can be compared.
    medians = medians[medians["size"] == medians["size"].max()].sort_values("median")
    if medians.empty:
        return "No bound here can be attained."
    told = [f"{name} ({row['median']:.1f} dB)" for name, row in medians.iloc[[-1, 0]].iterrows()]
    count = int(medians["size"].iloc[0])
    if len(medians) == 1:
        return f"The median over {count} data sets is that of {told[0]}."
    return (
        f"Over the {count} data sets whose bound can be attained the median is highest for "
        f"{told[0]} and lowest for {told[1]}."
    )
