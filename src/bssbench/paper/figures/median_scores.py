"""Which method separates which sources: the median SI-SDR of every method on every data set."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from bssbench.datasets.families import load_family
from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import NotApplicable
from bssbench.methods import method_module, method_names
from bssbench.paper.drawing import describe_seeds, enumerated
from bssbench.paper.figures import Drawing, Results
from bssbench.paper.separation_tables import grouped
from bssbench.paper.style import new_figure
from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.evaluation import Evaluation

__all__ = ["draw"]

_TITLE = "Which method separates which sources? Median SI-SDR in dB"
_VAES, _CLASSICAL, _OTHER, _CONTROLS = "VAEs", "classical methods", "other methods", "controls"
_PACKAGES = {"vae": _VAES, "classical": _CLASSICAL}
_RECORDINGS = "Recordings mixed from known sources"
# Columns and rows left free before a group: of methods, and of data sets, with its title.
_COLUMN_GAP, _ROW_GAP = 0.6, 1.15
# Inches: a row, and the names of the methods with the title.
_ROW, _ABOVE = 0.155, 1.9
# Darkest from here on, in dB: with noise of some percent no method reaches more.
_DARKEST = 30.0
# A method is shown if it was run on at least this share of the data sets of a group.
_SHARE = 0.5
_WRITTEN: Any = {"ha": "center", "va": "center_baseline", "fontsize": 7}
_BEST: Any = {"fill": False, "edgecolor": "#D55E00", "linewidth": 1.3, "zorder": 3}


def draw(results: Results) -> Drawing:
    """Draw a matrix of median SI-SDR: data sets by kind, methods by group.

    Raises
    ------
    NotApplicable
        If no data set has true sources and a method with a score.
    """
    scores = results.scores.query("score == 'si_sdr'")
    values = scores[scores["status"] == "ok"]
    if values.empty:
        raise NotApplicable("no data set has true sources and a method with a score")
    rows = _dataset_groups(name for name in results.datasets if name in set(values["dataset"]))
    run = pd.crosstab(scores["method"], scores["dataset"]).gt(0)
    # A method without any score has no column.
    run = run.loc[[name for name in results.methods if name in set(values["method"])]]
    shown = [method for method in run.index if _is_shown(run.loc[method], rows)]
    columns = _method_groups(results, shown)
    medians = values.pivot_table(
        index="dataset", columns="method", values="value", aggfunc="median"
    )
    y, x = _places(rows, _ROW_GAP, first=_ROW_GAP), _places(columns, _COLUMN_GAP)
    figure = new_figure(height=_ABOVE + _ROW * (max(y.values()) + 1.0))
    axis = figure.subplots()
    for names in rows.values():
        for methods in columns.values():
            _draw_block(axis, medians.reindex(index=names, columns=methods), run, x, y)
    best = _best(results)
    for dataset, method in best:
        if dataset in y and method in x:
            axis.add_patch(Rectangle((x[method] - 0.5, y[dataset] - 0.5), 1, 1, **_BEST))
    _label(axis, rows, columns, x, y)
    figure.suptitle(_TITLE, fontsize=8.5, fontweight="bold")
    seeds = {name: values.loc[values["dataset"] == name, "seed"] for name in y}
    left_out = [method for method in run.index if method not in shown]
    caption = (
        "Median over seeds of the scale-invariant signal-to-distortion ratio (SI-SDR) of matched "
        f"sources, in dB ({describe_seeds(seeds)}); darker is better. A frame marks the highest "
        "median of a data set among the methods with results for most seeds, controls excluded. "
        "A cross marks a method that gave no result, an empty cell one that was not run. Sources "
        "marked as not separable are a negative control. The oracle is fitted to the true "
        "sources; random is a random rotation. A median of 10 dB corresponds to a mean "
        "correlation coefficient of about 0.95, 20 dB to 0.995 and 30 dB to 0.9995."
    )
    if left_out:
        caption += (
            f" The table of scores also has {enumerated(left_out)}, which were run on fewer than "
            "half of the data sets of every kind."
        )
    data = medians.loc[list(y), list(x)].reset_index()
    data = data.melt("dataset", var_name="method", value_name="median").dropna(ignore_index=True)
    pairs = zip(data["dataset"], data["method"], strict=True)
    return Drawing(figure, caption, data.assign(best=[pair in best for pair in pairs]))


def _dataset_groups(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the data sets of each kind, by its title; recordings are one kind."""
    groups: dict[str, list[str]] = {}
    for title, members in grouped(names).items():
        recorded = parse_identifier(members[0]).recorded
        groups.setdefault(_RECORDINGS if recorded else title, []).extend(members)
    return groups


def _is_shown(run: "pd.Series[bool]", groups: dict[str, list[str]]) -> bool:
    """Return whether a method was run on enough data sets of a kind to fill a column."""
    return any(run[names].mean() >= _SHARE for names in groups.values())


def _method_groups(results: Results, methods: list[str]) -> dict[str, list[str]]:
    """Return the methods of each group that has any; a variant is in the group of its method."""
    groups: dict[str, list[str]] = {_VAES: [], _CLASSICAL: [], _OTHER: [], _CONTROLS: []}
    known = set(method_names())
    for method in methods:
        base = results.base(method)
        packages = method_module(base).split(".") if base in known else []
        kinds = [group for package, group in _PACKAGES.items() if package in packages]
        group = _CONTROLS if method in CONTROLS else next(iter(kinds), _OTHER)
        groups[group].append(method)
    return {group: members for group, members in groups.items() if members}


def _best(results: Results) -> set[tuple[str, str]]:
    """Return the pairs (data set, method) of the highest medians; negative controls have none."""
    comparisons = Evaluation.load(results.statistics).comparisons.query("score == 'si_sdr'")
    pairs = set(zip(comparisons["dataset"], comparisons["best"], strict=True))
    return {pair for pair in pairs if not _is_negative_control(pair[0])}


def _is_negative_control(dataset: str) -> bool:
    identifier = parse_identifier(dataset)
    return not identifier.recorded and load_family(identifier.stem).negative_control


def _places(groups: dict[str, list[str]], gap: float, first: float = 0.0) -> dict[str, float]:
    """Return where each member lies, with a gap between the groups."""
    places: dict[str, float] = {}
    start = first
    for members in groups.values():
        places |= {name: start + number for number, name in enumerate(members)}
        start += len(members) + gap
    return places


def _draw_block(
    axis: Axes,
    medians: pd.DataFrame,
    run: pd.DataFrame,
    x: dict[str, float],
    y: dict[str, float],
) -> None:
    """Draw the medians of a group of data sets by a group of methods."""
    left, right = x[medians.columns[0]] - 0.5, x[medians.columns[-1]] + 0.5
    top, bottom = y[medians.index[0]] - 0.5, y[medians.index[-1]] + 0.5
    axis.imshow(
        medians,
        cmap="Blues",
        vmin=0.0,
        vmax=_DARKEST,
        aspect="auto",
        extent=(left, right, bottom, top),
    )
    for dataset, row in zip(map(str, medians.index), medians.to_numpy(np.float64), strict=True):
        for method, value in zip(map(str, medians.columns), row, strict=True):
            failed = "x" if run.at[method, dataset] else ""
            text = f"{round(value)}" if np.isfinite(value) else failed
            axis.text(
                x[method],
                y[dataset],
                text.replace("-", "\N{MINUS SIGN}"),
                color="white" if value > 0.55 * _DARKEST else "black",
                **_WRITTEN,
            )


def _label(
    axis: Axes,
    rows: dict[str, list[str]],
    columns: dict[str, list[str]],
    x: dict[str, float],
    y: dict[str, float],
) -> None:
    """Name data sets and methods, and the groups of both."""
    axis.set_xlim(-0.6, max(x.values()) + 0.6)
    axis.set_ylim(max(y.values()) + 0.6, -0.1)
    labels = [f"{name} (not separable)" if _is_negative_control(name) else name for name in y]
    axis.set_yticks(list(y.values()), labels, fontsize=7)
    axis.set_xticks(list(x.values()), list(x), fontsize=7, rotation=90)
    axis.tick_params(length=0, labeltop=True, labelbottom=False)
    axis.spines[:].set_visible(False)
    for title, names in rows.items():
        axis.text(-0.5, y[names[0]] - 0.95, title, fontsize=7, fontweight="bold", va="center")
    for title, names in columns.items():
        middle = (x[names[0]] + x[names[-1]]) / 2
        axis.text(
            middle,
            max(y.values()) + 0.75,
            title,
            fontsize=7,
            fontweight="bold",
            ha="center",
            va="top",
        )
