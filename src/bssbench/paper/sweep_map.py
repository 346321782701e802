"""A sweep as a map: a panel for each method, colour over two of its axes."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.patches import Rectangle

from bssbench.paper.drawing import Drawing
from bssbench.paper.style import empty_drawing, new_figure
from bssbench.paper.sweep_axes import QUANTITY_LABELS
from bssbench.paper.sweep_captions import name_quantities, sweep_caption
from bssbench.statistics.sweeps import Sweep, axis_label, axis_name, text_of

__all__ = ["draw_map"]

# Its lightness rises evenly, so that it reads the same in grey and to colour-blind readers.
_COLOURS = "cividis"
_ACROSS = 4
# Inches: a row of panels, and the label of the axis.
_PANEL, _BELOW = 1.65, 0.35
# In dB: efficiencies below the first are as dark as it; the bound has contours at the others.
_LOWEST_EFFICIENCY = -20.0
_LEVELS = (10, 20, 30, 40, 50)


def draw_map(sweep: Sweep, table: pd.DataFrame) -> Drawing:
    """Draw the quantity that a sweep shows.

    Parameters
    ----------
    sweep : Sweep
        Its description.
    table : pandas.DataFrame
        From `bssbench.statistics.sweeps.sweep_table`.
    """
    how = sweep.figure
    (quantity,) = how.show
    drawn = how.drawn(table)
    if not drawn[quantity].notna().any():
        return empty_drawing("no method has a value at any point")
    methods = list(dict.fromkeys(drawn["method"]))
    n_columns = min(_ACROSS, len(methods))
    n_rows = -(-len(methods) // n_columns)
    figure = new_figure(height=_PANEL * n_rows + _BELOW)
    grid = figure.subplots(n_rows, n_columns, squeeze=False, sharex=True, sharey=True)
    norm = _norm(drawn[quantity], quantity)
    bound = _matrix(drawn.drop_duplicates([how.x, how.y]), "bound", sweep)
    for axis, method in zip(grid.flat, methods, strict=False):
        values = _matrix(drawn[drawn["method"] == method], quantity, sweep)
        _draw_panel(axis, values, norm)
        _draw_bound(axis, bound)
        axis.set_title(method)
        axis.set_xticks(range(values.shape[1]), map(text_of, sweep.axes[how.x]))
        axis.set_yticks(range(values.shape[0]), map(text_of, sweep.axes[how.y]))
        axis.tick_params(length=0)
    for number, axis in enumerate(grid.flat):
        if number >= len(methods):
            axis.set_axis_off()
        elif number + n_columns >= len(methods):
            # The last of its column.
            axis.tick_params(labelbottom=True)
    figure.supxlabel(axis_label(how.x), fontsize=7.5)
    figure.supylabel(axis_label(how.y), fontsize=7.5)
    extend = "neither" if quantity == "seconds" else "min"
    bar = figure.colorbar(
        ScalarMappable(norm, _COLOURS), ax=grid, aspect=30, pad=0.015, extend=extend
    )
    bar.set_label(QUANTITY_LABELS[quantity])
    columns = [*sweep.axes, "method", "n_ok", "n_seeds", quantity, "bound"]
    return Drawing(figure, _caption(sweep, table), drawn[columns].reset_index(drop=True))


def _matrix(rows: pd.DataFrame, quantity: str, sweep: Sweep) -> np.ndarray:
    """Return a quantity, shape (value of y, value of x); NaN where it has no value."""
    how = sweep.figure
    table = rows.pivot(index=how.y, columns=how.x, values=quantity)
    shape = table.reindex(index=sweep.axes[how.y], columns=sweep.axes[how.x])
    return shape.to_numpy(dtype=np.float64)


def _norm(values: pd.Series, quantity: str) -> Normalize:
    """Return the map from values to colours; its ends are multiples of 5 dB."""
    if quantity == "seconds":
        return LogNorm(values[values > 0].min(), values.max())
    if quantity == "efficiency":
        return Normalize(max(_LOWEST_EFFICIENCY, 5.0 * np.floor(values.min() / 5.0 - 1e-9)), 0.0)
    return Normalize(0.0, max(5.0, 5.0 * np.ceil(values.max() / 5.0)))


def _draw_panel(axis: Axes, values: np.ndarray, norm: Normalize) -> None:
    """Draw a method's cells, hatched where it has no value."""
    axis.imshow(values, cmap=_COLOURS, norm=norm, aspect="auto", origin="lower")
    for row, column in np.argwhere(np.isnan(values)):
        corner = (column - 0.5, row - 0.5)
        cell: Any = {"facecolor": "white", "edgecolor": "#888888", "hatch": "////", "linewidth": 0}
        axis.add_patch(Rectangle(corner, 1, 1, **cell))


def _draw_bound(axis: Axes, bound: np.ndarray) -> None:
    """Draw lines of equal bound, in black on white so that they show on any colour."""
    if min(bound.shape) < 2 or np.isnan(bound).all():
        return
    # Bounds below 0 dB would only crowd the lines.
    known = np.ma.masked_invalid(bound.clip(min=0.0))
    levels = [level for level in _LEVELS if known.min() < level < known.max()]
    if not levels:
        return
    lines = axis.contour(known, levels=levels, colors="black", linewidths=0.7)
    halo: list[patheffects.AbstractPathEffect] = [
        patheffects.withStroke(linewidth=1.8, foreground="white")
    ]
    lines.set_path_effects(halo)
    for text in axis.clabel(lines, fontsize=7, fmt="%g"):
        text.set_path_effects(halo)


def _caption(sweep: Sweep, table: pd.DataFrame) -> str:
    """Describe the colours, the cells without a value and the lines."""
    how = sweep.figure
    drawn = (
        f"{name_quantities(how.show)}, a panel for each method, over {axis_name(how.x)} and "
        f"{axis_name(how.y)}"
    )
    marks = ["Hatched: the method was not run there or failed."]
    if how.drawn(table)["bound"].notna().any():
        marks.append(
            "Lines: the Cramer-Rao bound on separation in dB, the same in all panels; below 0 dB "
            "no method can separate."
        )
    return sweep_caption(sweep, table, drawn, marks)
