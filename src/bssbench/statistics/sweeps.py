"""A sweep's description, and what its cells come to: a row for each point and method."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import read_json
from bssbench.scores.rows import reading_table
from bssbench.statistics.efficiency import QUANTITIES, summarise_efficiency

__all__ = [
    "Sweep",
    "SweepFigure",
    "axes_of",
    "axis_label",
    "axis_name",
    "parse_sweep",
    "place",
    "read_sweep_table",
    "sweep_table",
    "text_of",
]

# What stands beside the axes, before and behind.
_FIRST, _METHOD = "question", "method"
_MEASURED = ("n_ok", "n_failed", "n_seeds", "bound", "within_reach", "reason", *QUANTITIES)
# What parameters are called in sentences, and their units.
_NAMES = {
    "n_sources": ("number of sources", ""),
    "n_channels": ("number of channels", ""),
    "length": ("length", "samples"),
    "noise": ("noise", "fraction of a channel's deviation"),
    "condition": ("condition number", ""),
    "shortest_length_scale": ("shortest length-scale", "samples"),
    "longest_length_scale": ("longest length-scale", "samples"),
    "length_scale": ("length-scale", "samples"),
    "gap": ("gap between coefficients", ""),
    "shape": ("shape of innovations", ""),
}


@dataclass(frozen=True)
class SweepFigure:
    """How a sweep is drawn.

    Attributes
    ----------
    kind : {'lines', 'map'}
        Lines of what is shown over `x`, or its colour over `x` and `y`, a panel for each method.
    x, y : str
        Axes of the sweep; `y` of a map alone.
    rows, columns : str
        Axes of which each value has a row, or a column, of panels of lines; empty for none.
    at : dict
        Of further axes, the value at which all is drawn.
    show : tuple of str
        Of `bssbench.statistics.efficiency.QUANTITIES`; a map shows one.
    """

    kind: Literal["lines", "map"]
    x: str
    y: str = ""
    rows: str = ""
    columns: str = ""
    at: dict[str, Any] = field(default_factory=dict)
    show: tuple[str, ...] = ("separation",)

    def drawn(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a sweep's table that are drawn."""
        for axis, value in self.at.items():
            table = table[table[axis] == value]
        return table


@dataclass(frozen=True)
class Sweep:
    """A grid of data sets, and the cells in which methods were run on them.

    Attributes
    ----------
    name, question : str
        What it is called, and what it asks.
    axes : dict of str to list
        The values of each parameter that varies.
    figure : SweepFigure
        How it is drawn.
    points : dict of str to dict
        By a data set's name, its value on each axis.
    cells : tuple of (str, str)
        Blocks of points and methods: the folders of cells.
    """

    name: str
    question: str
    axes: dict[str, list[Any]]
    figure: SweepFigure
    points: dict[str, dict[str, Any]]
    cells: tuple[tuple[str, str], ...]


def parse_sweep(text: str) -> Sweep:
    """Parse the description of a sweep: JSON, or the path of a file of it.

    Raises
    ------
    InputError
        If it is none.
    """
    where = "--sweep" if text.lstrip().startswith("{") else text
    try:
        content = json.loads(text) if where == "--sweep" else read_json(Path(text))
        given = {key: value for key, value in content["figure"].items() if value is not None}
        if "show" in given:
            show = given["show"]
            given["show"] = (show,) if isinstance(show, str) else tuple(show)
        sweep = Sweep(
            name=str(content["name"]),
            question=str(content["question"]),
            axes={str(axis): list(values) for axis, values in content["axes"].items()},
            figure=SweepFigure(**given),
            points={point["name"]: dict(point["values"]) for point in content["points"]},
            cells=tuple((block, method) for block, method in content["cells"]),
        )
        why = _what_is_wrong(sweep)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InputError(f"{where}: not the description of a sweep ({error!r})") from None
    if why:
        raise InputError(f"{where}: sweep {sweep.name!r}: {why}")
    return sweep


def _what_is_wrong(sweep: Sweep) -> str:
    """Say why a sweep can't be shown; nothing if it can."""
    figure = sweep.figure
    # Tables and figures are files of that name.
    if not re.fullmatch("[A-Za-z0-9][A-Za-z0-9._-]*", sweep.name):
        return "a name has letters, digits, hyphens, dots and underscores"
    if figure.kind not in ("lines", "map"):
        return f"unknown kind of figure {figure.kind!r}; there are lines and map"
    if not set(figure.show) <= {*QUANTITIES} or not figure.show:
        return f"a figure can show {', '.join(QUANTITIES)}, not {', '.join(figure.show) or 'none'}"
    if figure.kind == "map" and len(figure.show) > 1:
        return "a map shows one quantity"
    named = [figure.x, *([figure.y] if figure.kind == "map" else [figure.rows, figure.columns])]
    named = [axis for axis in named if axis]
    if sorted([*named, *figure.at]) != sorted(sweep.axes):
        return (
            f"its figure must name each of its axes once, or fix it with 'at': "
            f"{', '.join(sweep.axes)}"
        )
    if any(values.keys() != sweep.axes.keys() for values in sweep.points.values()):
        return "each point must have a value on each axis"
    return ""


def sweep_table(sweep: Sweep, interference: pd.DataFrame) -> pd.DataFrame:
    """Return what methods achieve at each point of a sweep.

    Parameters
    ----------
    sweep : Sweep
        Its description.
    interference : pandas.DataFrame
        From `bssbench.scores.interference.collect_interference`, of the sweep's cells.

    Returns
    -------
    pandas.DataFrame
        Columns ``question``, each axis, ``method`` and what
        `bssbench.statistics.efficiency.summarise_efficiency` says of it. Points are in the order of
        the sweep, methods at each in that of its cells.

    Raises
    ------
    InputError
        If a cell is of a data set that is no point of the sweep.
    """
    table = summarise_efficiency(interference)
    strange = [name for name in table["dataset"] if name not in sweep.points]
    if strange:
        raise InputError(f"{strange[0]} is no point of sweep {sweep.name!r}; run its cells again")
    order = list(sweep.points)
    methods = list(dict.fromkeys(method for _, method in sweep.cells))
    ranked = table.assign(
        point=table["dataset"].map(order.index),
        by=table["method"].map({method: place for place, method in enumerate(methods)}),
    ).sort_values(["point", "by"], kind="stable")
    values = [sweep.points[name] for name in ranked["dataset"]]
    axes = pd.DataFrame(values, columns=list(sweep.axes), index=ranked.index)
    rest = ranked.drop(columns=["dataset", "point", "by"])
    return (
        pd.concat([axes, rest], axis=1)
        .reset_index(drop=True)
        .assign(question=sweep.question)[[_FIRST, *sweep.axes, *rest.columns]]
    )


def axes_of(table: pd.DataFrame) -> list[str]:
    """Return the axes of a sweep's table: the columns between the question and the method."""
    columns = list(table.columns)
    return columns[columns.index(_FIRST) + 1 : columns.index(_METHOD)]


def read_sweep_table(path: Path) -> pd.DataFrame:
    """Read a sweep's table, as `sweep_table` returns it, from CSV.

    Raises
    ------
    InputError
        If the file is missing or no such table.
    """
    with reading_table(path, "the table of a sweep", "bssbench sweep"):
        table = pd.read_csv(
            path,
            keep_default_na=False,
            na_values={name: [""] for name in ("bound", *_with_intervals())},
        )
    if not {_FIRST, _METHOD, *_MEASURED} <= set(table.columns) or table.empty:
        raise InputError(f"{path}: not the table of a sweep; make it with 'bssbench sweep'")
    return table


def _with_intervals() -> list[str]:
    return [f"{name}{end}" for name in QUANTITIES for end in ("", "_low", "_high")]


def axis_name(axis: str) -> str:
    """Return what an axis is called in a sentence."""
    return _NAMES.get(axis, (axis.replace("_", " "), ""))[0]


def axis_label(axis: str) -> str:
    """Return the label of an axis, with its unit."""
    name, unit = _NAMES.get(axis, (axis_name(axis), ""))
    return f"{name} ({unit})" if unit else name


def text_of(value: Any) -> str:
    """Return a value as sentences and ticks have it."""
    # Not in the notation of 1e+06.
    return f"{value:.10g}" if isinstance(value, (int, float)) else str(value)


def place(values: Mapping[str, Any], axes: Iterable[str]) -> str:
    """Say where on the axes a point is: ``noise 0.2, length 250``."""
    return ", ".join(f"{axis_name(axis)} {text_of(values[axis])}" for axis in axes)
