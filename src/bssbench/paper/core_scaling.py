"""Time and memory of the kernel cores against the number of samples."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bssbench.kernels.catalogue import CORES, cores_of
from bssbench.paper.core_results import headline
from bssbench.paper.core_tables import format_slope
from bssbench.paper.drawing import Drawing
from bssbench.paper.style import empty_drawing, new_figure

__all__ = ["draw_core_scaling"]

# Okabe and Ito's colours and three of Tol's, by a core's place in its approach; dashes and open
# markers distinguish the approaches. No two cores of one approach look alike.
_COLOURS = (
    *("#000000", "#CC79A7", "#D55E00", "#E69F00", "#009E73", "#0072B2", "#56B4E9"),
    *("#882255", "#999933", "#44AA99"),
)
_MARKERS = ("o", "v", "^", "s", "D", "P")
_STOPS = {
    "time": ("x", "beyond the time limit"),
    "memory": ("+", "beyond the memory limit"),
    "failed": ("*", "failed"),
}
_FAMILIES = {
    "kernel inversion": cores_of("inversion"),
    "kernel regression": cores_of("regression"),
}
_FLOOR_STYLE: dict[str, Any] = {"color": "#999999", "linewidth": 2.5, "zorder": 0}
_NOT_RUN = "first length not run"
_SINGLE = "†"
_CAPTION = (
    "Time and peak memory of a forward and backward pass of each kernel core against the number "
    "of samples T, with three latents on a regular grid, learned kernel parameters and white "
    "noise as data. Arithmetic is in double precision, except for cores marked † (single). Each "
    "point is the median over the processes in the table of cores, which also names the machine. "
    "The grey line is the arithmetic of a regression by FFT alone: two transforms of the data "
    "forward and two backward. Filled markers and solid lines: cores that invert a kernel matrix. "
    "Open markers and dashes: cores of kernel regression, which compute a different quantity at "
    "the same place of a model. Exponents of T are fitted to the largest sizes. A mark above the "
    "panels, joined by a dotted line, is the first length at which a core was not run. Memory "
    "excludes that of the empty process and is left out below 1 MB."
)
# Of the panel's height, above it: each row of marks for lengths that were not measured.
_FIRST_ROW, _ROW = 1.03, 0.045


def draw_core_scaling(table: pd.DataFrame) -> Drawing:
    """Draw seconds and megabytes against T, both logarithmic, for learned parameters.

    A mark above the panels shows the first length at which a core was not run because of a limit.
    The table is that of ``cores.csv``.
    """
    rows = _shown(table)
    if not (rows["seconds"] > 0).any():
        reasons = table.loc[table["reason"] != "", "reason"]
        why = reasons.iloc[0] if len(reasons) else "no core was measured with learned parameters"
        return empty_drawing(why)
    figure = new_figure(height=4.2)
    time_axis, memory_axis = figure.subplots(1, 2)
    milliseconds = rows["seconds"] * 1e3
    _draw_panel(time_axis, rows, milliseconds)
    floor = _floor(table)
    time_axis.plot(floor["length"], floor["seconds"] * 1e3, **_FLOOR_STYLE)
    time_axis.set_ylabel("forward and backward pass (ms)")
    megabytes = rows["peak_bytes"].astype("float64") / 1e6
    # Less is not resolved: the empty process's own peak varies by about as much.
    megabytes = megabytes.where(megabytes >= 1)
    _draw_panel(memory_axis, rows, megabytes)
    memory_axis.set_ylabel("peak memory (MB)")
    _add_legend(figure, rows)
    data = _drawn(rows, milliseconds=milliseconds, megabytes=megabytes)
    bare = floor[["core", "length"]].assign(quantity="milliseconds", value=floor["seconds"] * 1e3)
    return Drawing(figure, _CAPTION, pd.concat([data, bare], ignore_index=True))


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows in double precision, and in single precision for cores without any."""
    double = headline(table, "learned", "float64")
    single = headline(table, "learned", "float32")
    single = single[~single["core"].isin(double["core"])]
    if len(double):
        single = single.assign(label=single["label"] + _SINGLE)
    return pd.concat([double, single])


def _floor(table: pd.DataFrame) -> pd.DataFrame:
    """Return the bare transforms of the data, in double precision if they were measured."""
    rows = table[(table["core"] == "floor-fft") & (table["pass"] == "forward+backward")]
    rows = rows[(rows["replicates"] == 1) & (rows["seconds"] > 0)]
    double = rows[rows["dtype"] == "float64"]
    return (double if len(double) else rows).sort_values("length")


def _drawn(rows: pd.DataFrame, **quantities: pd.Series) -> pd.DataFrame:
    """Return the points of both panels, and the end of each core's line."""
    tables = [
        rows[["core", "kernel", "length"]].assign(quantity=name, value=values)[values > 0]
        for name, values in quantities.items()
    ]
    stops = {core: stop for core, own in rows.groupby("core") if (stop := _stop(own))}
    ends = [
        {"core": core, "length": length, "quantity": "first length not run", "reason": kind}
        for core, (length, kind) in stops.items()
    ]
    return pd.concat([*tables, pd.DataFrame(ends)], ignore_index=True)


def _style(core: str) -> dict[str, Any]:
    """Return the look of a core's line."""
    approach = CORES[core].approach
    place, inverts = cores_of(approach).index(core), approach == "inversion"
    colour, marker = _COLOURS[place % len(_COLOURS)], _MARKERS[place % len(_MARKERS)]
    return {
        "color": colour,
        "marker": marker,
        "linestyle": "-" if inverts else (0, (3, 1.2)),
        "markerfacecolor": colour if inverts else "white",
        "markersize": 3.5,
        "markeredgewidth": 0.8,
    }


def _stop(rows: pd.DataFrame) -> tuple[int, str] | None:
    """Return the first length at which a core was not measured and the reason, or None."""
    measured = rows.loc[rows["status"] == "ok", "length"]
    missing = rows[rows["status"] != "ok"]
    if len(measured):
        missing = missing[missing["length"] > measured.max()]
    if missing.empty:
        return None
    first = missing.sort_values("length").iloc[0]
    kind = "failed" if first["status"] == "failed" else first["reason"].partition(":")[0]
    return (int(first["length"]), kind) if kind in _STOPS else None


def _draw_panel(axis: Axes, rows: pd.DataFrame, values: pd.Series) -> None:
    """Draw one quantity of all cores."""
    axis.set(xscale="log", yscale="log", xlabel="samples T")
    axis.set_xscale("log", base=2)
    marks: dict[int, int] = {}
    for core in [name for name in CORES if (rows["core"] == name).any()]:
        own = rows[rows["core"] == core]
        points = values[own.index]
        shown = points > 0
        style = _style(core)
        axis.plot(own["length"][shown], points[shown], **style)
        stop = _stop(own)
        if stop is None:
            continue
        length, kind = stop
        level = _FIRST_ROW + _ROW * marks.setdefault(length, 0)
        marks[length] += 1
        colour = style["color"]
        if shown.any():
            # The dotted line shows which core the mark belongs to.
            axis.annotate(
                "",
                xy=(length, level),
                xycoords=axis.get_xaxis_transform(),
                xytext=(own["length"][shown].iloc[-1], points[shown].iloc[-1]),
                textcoords="data",
                arrowprops={"arrowstyle": "-", "linestyle": ":", "color": colour, "linewidth": 0.6},
                annotation_clip=False,
            )
        axis.plot(
            length,
            level,
            transform=axis.get_xaxis_transform(),
            clip_on=False,
            marker=_STOPS[kind][0],
            markersize=4,
            markerfacecolor="none",
            color=colour,
        )
    axis.set_ylim(bottom=values[values > 0].min() / 1.6 if (values > 0).any() else None)


def _add_legend(figure: Figure, rows: pd.DataFrame) -> None:
    """Name the cores with their slopes, family by family, and the marks."""
    handles: list[Line2D] = []
    for title, cores in _FAMILIES.items():
        present = [core for core in cores if (rows["core"] == core).any()]
        handles += [Line2D([], [], linestyle="none", label=title)] if present else []
        for core in present:
            slope = format_slope(rows[rows["core"] == core], interval=False)
            law = "" if slope == "–" else f"  $T^{{{slope}}}$"
            label = rows.loc[rows["core"] == core, "label"].iloc[0].replace(" (", "\n(", 1)
            handles.append(Line2D([], [], label=f"{label}{law}", **_style(core)))
    handles.append(Line2D([], [], label="transforms alone", **_FLOOR_STYLE))
    if rows["label"].str.endswith(_SINGLE).any():
        handles.append(Line2D([], [], linestyle="none", label=f"{_SINGLE} in single precision"))
    kinds = {stop[1] for _, own in rows.groupby("core") if (stop := _stop(own))}
    handles += [Line2D([], [], linestyle="none", label=_NOT_RUN)] if kinds else []
    for kind in [kind for kind in _STOPS if kind in kinds]:
        marker, label = _STOPS[kind]
        look: Any = {"marker": marker, "markersize": 4, "markerfacecolor": "none"}
        handles.append(Line2D([], [], linestyle="none", color="#555555", label=label, **look))
    legend = figure.legend(handles=handles, loc="outside right upper", handlelength=2.6)
    for text in legend.get_texts():
        if text.get_text() in (*_FAMILIES, _NOT_RUN):
            text.set_fontweight("bold")
