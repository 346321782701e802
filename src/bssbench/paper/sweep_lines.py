"""A sweep as lines: panels by two of its axes, a line for each method over a third."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bssbench.paper.drawing import Drawing
from bssbench.paper.looks import method_colour, method_marker
from bssbench.paper.style import PAGE_WIDTH, empty_drawing, new_figure
from bssbench.paper.sweep_axes import QUANTITY_LABELS, heading, positions, set_ticks
from bssbench.paper.sweep_captions import name_quantities, sweep_caption
from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.sweeps import Sweep, axis_label, axis_name

__all__ = ["draw_lines"]

_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.2)), (0, (1.5, 1)), (0, (5, 1, 1, 1)))
_BOUND: Any = {"color": "#BBBBBB", "linewidth": 3.0, "marker": "o", "markersize": 3, "zorder": 0}
_BEYOND: Any = {"color": "#BBBBBB", "linewidth": 1.2, "linestyle": (0, (2, 1)), "zorder": 0}
# Inches: a panel's height, the label of the axis, a line of the legend, and the part of the page's
# width beside the panels.
_PANEL, _BELOW, _LEGEND, _BESIDE = 1.45, 0.45, 0.16, 0.7
# Points of methods at one value are spread over this part of the panel's width.
_SPREAD = 0.03
_ACROSS = 5


def draw_lines(sweep: Sweep, table: pd.DataFrame) -> Drawing:
    """Draw the quantities that a sweep shows.

    Parameters
    ----------
    sweep : Sweep
        Its description.
    table : pandas.DataFrame
        From `bssbench.statistics.sweeps.sweep_table`.
    """
    how = sweep.figure
    drawn = how.drawn(table)
    if how.show == ("efficiency",):
        # Controls know the sources, and a bound applies to methods that do not.
        drawn = drawn[~drawn["method"].isin(CONTROLS)]
    if not drawn[list(how.show)].notna().any(axis=None):
        return empty_drawing("no method has a value at any point")
    columns = sweep.axes[how.columns] if how.columns else [None]
    rows = [
        (quantity, value)
        for quantity in how.show
        for value in (sweep.axes[how.rows] if how.rows else [None])
    ]
    methods = list(dict.fromkeys(drawn["method"]))
    lines_of_legend = -(-(len(methods) + 2) // _ACROSS)
    figure = new_figure(height=_PANEL * len(rows) + _BELOW + _LEGEND * lines_of_legend)
    grid = figure.subplots(len(rows), len(columns), squeeze=False, sharex=True)
    width = (PAGE_WIDTH - _BESIDE) / len(columns) - 0.15
    for axes, (quantity, row) in zip(grid, rows, strict=True):
        for axis, column in zip(axes, columns, strict=True):
            own = _at(_at(drawn, how.rows, row), how.columns, column)
            _draw_panel(axis, own, quantity, sweep, methods)
            axis.set_ylim(_limits(drawn, quantity))
            axis.tick_params(labelleft=axis is axes[0])
            set_ticks(axis, sweep.axes[how.x], width)
        axes[0].set_ylabel(QUANTITY_LABELS[quantity])
        if row is not None:
            axes[-1].annotate(
                heading(how.rows, row),
                **{"xy": (1.02, 0.5), "xycoords": "axes fraction", "rotation": 270},
                **{"ha": "left", "va": "center"},
            )
    for axis, column in zip(grid[0], columns, strict=True):
        if column is not None:
            axis.set_title(heading(how.columns, column))
    figure.supxlabel(axis_label(how.x), fontsize=7.5)
    figure.legend(
        handles=_handles(methods, drawn, how.show), loc="outside upper center", ncols=_ACROSS
    )
    return Drawing(figure, _caption(sweep, table), _data(sweep, drawn))


def _at(table: pd.DataFrame, axis: str, value: Any) -> pd.DataFrame:
    return table[table[axis] == value] if axis else table


def _look(method: str, methods: list[str]) -> dict[str, Any]:
    """Return the colour, marker and dashes of a method's line."""
    control = method in CONTROLS
    return {
        "color": method_colour(method),
        "marker": method_marker(method),
        "markersize": 3.6,
        "linestyle": ":" if control else _DASHES[methods.index(method) % len(_DASHES)],
        "linewidth": 0.8,
        "markeredgewidth": 0.0,
    }


def _draw_panel(
    axis: Axes, own: pd.DataFrame, quantity: str, sweep: Sweep, methods: list[str]
) -> None:
    """Draw the methods and the bound at one value of each other axis."""
    places, logarithmic = positions(sweep.axes[sweep.figure.x])
    where: Mapping[Any, float] = dict(zip(sweep.axes[sweep.figure.x], places, strict=True))
    span = np.ptp(np.log(places)) if logarithmic else np.ptp(places)
    spread = np.linspace(-0.5, 0.5, len(methods)) * _SPREAD * span
    for method, offset in zip(methods, spread, strict=True):
        rows = own[(own["method"] == method) & own[quantity].notna()]
        if rows.empty:
            continue
        x = rows[sweep.figure.x].map(where).to_numpy(dtype=np.float64)
        x = x * np.exp(offset) if logarithmic else x + offset
        axis.plot(x, rows[quantity], **_look(method, methods))
        if quantity != "seconds":
            ends = rows[f"{quantity}_low"], rows[f"{quantity}_high"]
            axis.vlines(x, *ends, color=method_colour(method), linewidth=0.7)
    if quantity == "seconds":
        axis.set_yscale("log")
    elif quantity == "efficiency":
        axis.axhline(0.0, **_BOUND | {"marker": ""})
    elif quantity == "separation":
        bounds = own.dropna(subset="bound").drop_duplicates(sweep.figure.x)
        x = bounds[sweep.figure.x].map(where).to_numpy(dtype=np.float64)
        reached = bounds["within_reach"].to_numpy(dtype=bool)
        y = bounds["bound"].to_numpy(dtype=np.float64)
        order = np.argsort(x)
        x, y, reached = x[order], y[order], reached[order]
        axis.plot(x, y, **_BEYOND)
        axis.plot(x, np.where(reached, y, np.nan), **_BOUND)


def _limits(drawn: pd.DataFrame, quantity: str) -> tuple[float, float]:
    """Return the limits of a quantity, the same in all panels.

    Controls and bounds below 0 dB, where no method can separate, may leave the panel.
    """
    methods = drawn[~drawn["method"].isin(CONTROLS)]
    if methods[quantity].notna().any():
        drawn = methods
    if quantity == "seconds":
        seconds = drawn[quantity][drawn[quantity] > 0]
        return float(seconds.min() / 1.5), float(seconds.max() * 1.5)
    ends = drawn[[quantity, f"{quantity}_low", f"{quantity}_high"]].to_numpy(dtype=np.float64)
    shown = ends[~np.isnan(ends)]
    if quantity == "efficiency":
        shown = np.append(shown, 0.0)
    elif quantity == "separation":
        shown = np.concatenate([shown, drawn["bound"].dropna().clip(lower=0.0)])
    margin = 0.05 * np.ptp(shown) or 1.0
    return float(shown.min() - margin), float(shown.max() + margin)


def _handles(methods: list[str], drawn: pd.DataFrame, shown: tuple[str, ...]) -> list[Line2D]:
    """Return the entries of the legend."""
    handles = [Line2D([], [], label=method, **_look(method, methods)) for method in methods]
    bounds = drawn[drawn["bound"].notna()]
    if "separation" in shown and bounds["within_reach"].any():
        handles.append(Line2D([], [], label="bound", **_BOUND))
    if "separation" in shown and not bounds["within_reach"].all():
        handles.append(Line2D([], [], label="bound, not attainable", **_BEYOND))
    if shown == ("efficiency",):
        handles.append(Line2D([], [], label="the bound", **_BOUND | {"marker": ""}))
    return handles


def _caption(sweep: Sweep, table: pd.DataFrame) -> str:
    """Describe the panels, points and bounds."""
    how = sweep.figure
    panels = "".join(
        f"; {kind} by {axis_name(axis)}"
        for kind, axis in (("columns", how.columns), ("rows", how.rows))
        if axis
    )
    drawn = f"{name_quantities(how.show)} of each method over {axis_name(how.x)}{panels}"
    marks = [
        "Bars are 95 percent bootstrap intervals (BCa). Points at one value are shifted slightly "
        "so that none hides another. A method without a point was not run there or failed."
    ]
    if "separation" in how.show:
        marks.append(
            "Grey: the Cramer-Rao bound on separation, thick where it can be attained and dashed "
            "where it leaves noise out, so that no method can attain it. Below 0 dB no method can "
            "separate."
        )
    if set(how.show) & {"separation", "si_sdr"} and not set(CONTROLS).isdisjoint(table["method"]):
        marks.append("The vertical axis is fitted to the methods, and controls may leave it.")
    return sweep_caption(sweep, table, drawn, marks)


def _data(sweep: Sweep, drawn: pd.DataFrame) -> pd.DataFrame:
    """Return the numbers that are drawn."""
    columns = []
    for name in sweep.figure.show:
        columns += [name] if name == "seconds" else [name, f"{name}_low", f"{name}_high"]
    if "separation" in sweep.figure.show:
        columns += ["bound", "within_reach"]
    return drawn[[*sweep.axes, "method", "n_ok", "n_seeds", *columns]].reset_index(drop=True)
