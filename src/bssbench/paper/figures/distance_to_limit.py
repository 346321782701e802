"""How far below the limit each method separates known sources, data set by data set.

The limit is the Cramér-Rao bound where there is one, and otherwise the oracle.
"""

from textwrap import wrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import NotApplicable
from bssbench.paper.drawing import describe_seeds
from bssbench.paper.figures import Drawing, Results, preferred
from bssbench.paper.looks import MAIN_METHODS, method_colour, method_marker
from bssbench.paper.style import new_figure
from bssbench.scores.interference import collect_interference
from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.efficiency import summarise_efficiency
from bssbench.statistics.intervals import mean_intervals

__all__ = ["draw"]

_COLUMNS = 5
# Methods with a line of their own; all others share the last line.
_SHOWN = (*MAIN_METHODS, "contextual-ica", "ar-flow-vae-plain", "skr-vae-plain", "jade-td")
_MOST_SHOWN = 9
_OTHERS = "all others"
# Inches: the line of a method, and the title of a panel.
_LINE, _BESIDE = 0.118, 0.4
_TITLE_WIDTH = 20
# In dB: the axis is linear within the first and ends at the second, below its logarithmic part.
_LINEAR, _LOWEST = 5.0, -40.0
_TICKS = (-20, -5, 0, 5)
_CHANCE: Any = {"color": "#E0E0E0", "linewidth": 0}
_BOUND, _UNREACHABLE, _ORACLE = "bound", "bound out of reach", "oracle"
_LIMITS = {
    _BOUND: "Cramér–Rao bound",
    _UNREACHABLE: "Cramér–Rao bound without noise (not attainable)",
    _ORACLE: "SI-SDR of the oracle",
}


def draw(results: Results) -> Drawing:
    """Draw the distance of each method from the limit, a panel for each data set.

    Raises
    ------
    NotApplicable
        If no data set has a limit and a method to compare with it.
    """
    pairs = results.scores[["dataset", "method"]].drop_duplicates()
    runs = [
        results.cells / dataset / method / "run.json"
        for dataset, method in pairs.itertuples(index=False)
        if not parse_identifier(dataset).recorded
    ]
    interference = collect_interference(runs, results.data)
    table = pd.concat([_to_bound(interference), _to_oracle(interference)], ignore_index=True)
    judged = table[~table["method"].isin(CONTROLS)]
    if judged.empty:
        raise NotApplicable("no data set has a limit and a method that separates it")
    datasets = [name for name in results.datasets if name in set(judged["dataset"])]
    drawn = table[table["dataset"].isin(datasets)].reset_index(drop=True)
    run = [name for name in results.methods if name in set(judged["method"])]
    shown = preferred(run, _SHOWN, _MOST_SHOWN)
    lines = [name for name in results.methods if name in shown]
    others = len(run) > len(shown)
    labels = [*lines, _OTHERS] if others else lines
    columns = min(_COLUMNS, len(datasets))
    n_rows = -(-len(datasets) // columns)
    figure = new_figure(height=(_BESIDE + _LINE * len(labels)) * n_rows + 0.6)
    grid = figure.subplots(n_rows, columns, squeeze=False, sharex=True, sharey=True)
    for axis, dataset in zip(grid.flat, datasets, strict=False):
        own = drawn[drawn["dataset"] == dataset]
        _draw_panel(axis, own, lines)
        title = f"{dataset} (oracle)" if (own["limit"] == _ORACLE).all() else dataset
        axis.set_title("\n".join(wrap(title, _TITLE_WIDTH)), fontsize=7)
        axis.tick_params(axis="y", length=0)
    for axis in grid.flat[len(datasets) :]:
        axis.set_axis_off()
    for axis in grid.flat[max(0, len(datasets) - columns) : len(datasets)]:
        axis.tick_params(labelbottom=True)
    _set_axes(grid.flat[0], labels, drawn)
    figure.supxlabel("distance from the limit (dB)", fontsize=7.5)
    _add_legend(figure, set(drawn["limit"]))
    seeds = {name: interference.loc[interference["dataset"] == name, "seed"] for name in datasets}
    return Drawing(figure, _caption(describe_seeds(seeds), drawn, others), drawn)


def _to_bound(interference: pd.DataFrame) -> pd.DataFrame:
    """Return the efficiency of each method where there is a bound, and the range of chance."""
    known = summarise_efficiency(interference).dropna(subset="efficiency")
    names = {"efficiency": "value", "efficiency_low": "low", "efficiency_high": "high"}
    names |= {"n_ok": "n_seeds"}
    table = known[["dataset", "method", "within_reach", *names]].rename(columns=names)
    limit = table.pop("within_reach").map({True: _BOUND, False: _UNREACHABLE})
    seeds = interference[interference["dataset"].isin(table["dataset"])]
    ratio = 10.0 * np.log10(seeds["bound"] / seeds["interference"])
    return _with_chance(table.assign(limit=limit), seeds.assign(value=ratio))


def _to_oracle(interference: pd.DataFrame) -> pd.DataFrame:
    """Return the SI-SDR less the oracle's, paired by seed, on data sets without a bound."""
    unbounded = interference.groupby("dataset")["bound"].transform("count") == 0
    values = interference[unbounded].dropna(subset="si_sdr")
    oracle = values[values["method"] == "oracle"].set_index(["dataset", "seed"])["si_sdr"]
    keys = pd.MultiIndex.from_frame(values[["dataset", "seed"]])
    values = values.assign(value=values["si_sdr"] - oracle.reindex(keys).to_numpy())
    # The oracle is the limit itself.
    values = values[values["method"] != "oracle"].dropna(subset="value")
    cells = values.groupby(["dataset", "method"], sort=False)["value"]
    table = cells.agg(value="mean", n_seeds="size").reset_index().assign(limit=_ORACLE)
    if table.empty:
        return table
    table[["low", "high"]] = mean_intervals([own.to_numpy() for _, own in cells])
    return _with_chance(table, values)


def _with_chance(table: pd.DataFrame, seeds: pd.DataFrame) -> pd.DataFrame:
    """Add, for each data set, the lowest and the highest value of a random rotation."""
    random = seeds[seeds["method"] == "random"].groupby("dataset")["value"]
    for name, values in (("chance_low", random.min()), ("chance_high", random.max())):
        table[name] = table["dataset"].map(values)
    return table


def _draw_panel(axis: Axes, rows: pd.DataFrame, lines: list[str]) -> None:
    """Draw one data set: the range of chance, a line for each method, one for all others."""
    low, high = rows[["chance_low", "chance_high"]].iloc[0]
    if np.isfinite(low):
        axis.axvspan(low, high, zorder=0, **_CHANCE)
    axis.axvline(0.0, color="#999999", linewidth=0.8, zorder=1)
    for row in rows.to_dict("records"):
        method, colour = row["method"], method_colour(row["method"])
        if method in CONTROLS:
            continue
        if method not in lines:
            axis.plot(row["value"], len(lines), "|", color="#555555", markersize=5)
            continue
        place = lines.index(method)
        axis.hlines(place, row["low"], row["high"], color=colour, linewidth=1.1, zorder=3)
        axis.scatter(
            row["value"],
            place,
            s=13,
            facecolor="white" if row["limit"] == _UNREACHABLE else colour,
            edgecolor=colour,
            marker=method_marker(method),
            linewidths=0.8,
            zorder=4,
        )


def _set_axes(axis: Axes, labels: list[str], drawn: pd.DataFrame) -> None:
    """Set the scale, the ticks and the limits that all panels share."""
    axis.set_xscale("symlog", linthresh=_LINEAR, linscale=0.5)
    labelled = [f"{tick}".replace("-", "\N{MINUS SIGN}") for tick in _TICKS]
    axis.set_xticks(_TICKS, labelled, fontsize=7)
    axis.minorticks_off()
    highest = drawn[["value", "high"]].to_numpy(dtype=np.float64)
    axis.set_xlim(_LOWEST, 1.1 * max(_LINEAR, float(np.nanmax(highest))))
    axis.set_yticks(range(len(labels)), labels, fontsize=7)
    axis.set_ylim(len(labels) - 0.4, -0.6)


def _add_legend(figure: Figure, limits: set[str]) -> None:
    """Explain what the limit is, and the range of chance."""
    reached = " or ".join(_LIMITS[name] for name in (_BOUND, _ORACLE) if name in limits)
    marker: Any = {"linestyle": "none", "marker": "o", "markersize": 4, "color": "#555555"}
    handles: list[Artist] = []
    if reached:
        handles.append(Line2D([], [], label=f"limit: {reached}", **marker))
    if _UNREACHABLE in limits:
        label = f"limit: {_LIMITS[_UNREACHABLE]}"
        handles.append(Line2D([], [], label=label, markerfacecolor="white", **marker))
    handles.append(Patch(label="random rotations", **_CHANCE))
    figure.legend(handles=handles, loc="outside upper center", ncols=2)


def _caption(seeds: str, drawn: pd.DataFrame, others: bool) -> str:
    """Describe the marks, and state which method comes nearest to the bounds."""
    return (
        f"Distance of each method from the limit, in dB, a panel for each data set ({seeds}). The "
        "limit is the Cramer-Rao bound on interference where there is one. There, a marker is the "
        "mean bound over the mean power of interference, with its 95 percent bootstrap interval "
        "(BCa). An open marker means that the bound leaves noise out, so that no method can attain "
        "it. In panels marked oracle the limit is the oracle, which is fitted to the true sources, "
        "and a marker is the mean difference in SI-SDR, paired by seed, with its interval. A "
        "marker can lie above 0 by chance, or because the interference in a source counts at most "
        "as much as the source itself, which does not limit the bound. Grey: the range of random "
        "rotations over the seeds. Within 5 dB of the limit the axis is linear, beyond it "
        "logarithmic. "
        + ("The last line has a tick for each other method. " if others else "")
        + "A method without a mark failed, was not run or, where there is a bound, does not unmix "
        "linearly. " + _nearest(drawn)
    )


def _nearest(drawn: pd.DataFrame) -> str:
    """State which method comes nearest to the bounds that can be attained, and which least near."""
    means = drawn[(drawn["limit"] == _BOUND) & ~drawn["method"].isin(CONTROLS)]
    medians = means.groupby("method", sort=False)["value"].agg(["median", "size"])
    # Only methods that were judged on the most data sets can be compared.
    medians = medians[medians["size"] == medians["size"].max()].sort_values("median")
    if medians.empty:
        return "None of these data sets has a bound that can be attained."
    stated = [f"{name} ({row['median']:.1f} dB)" for name, row in medians.iloc[[-1, 0]].iterrows()]
    count = int(medians["size"].iloc[0])
    if len(medians) == 1:
        return f"The median over {count} data sets with an attainable bound is that of {stated[0]}."
    return (
        f"Over the {count} data sets with an attainable bound, the median distance is smallest for "
        f"{stated[0]} and largest for {stated[1]}."
    )
