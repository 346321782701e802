"""The description of a sweep, and its table with a row for each point and method."""

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

# The columns before and after the axes.
_FIRST, _METHOD = "question", "method"
_MEASURED = ("n_ok", "n_failed", "n_seeds", "bound", "within_reach", "reason", *QUANTITIES)
# Names of parameters in sentences, and their units.
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
    """The figure of a sweep.

    Attributes
    ----------
    kind : {'lines', 'map'}
        Lines over `x`, or a map over `x` and `y` with a panel for each method.
    x, y : str
        Axes of the sweep; `y` only for a map.
    rows, columns : str
        Axes whose values have separate rows or columns of panels of lines; empty for none.
    at : dict of str to object
        Fixed values of further axes.
    show : tuple of str
        Quantities from `bssbench.statistics.efficiency.QUANTITIES`; only one for a map.
    """

    kind: Literal["lines", "map"]
    x: str
    y: str = ""
    rows: str = ""
    columns: str = ""
    at: dict[str, Any] = field(default_factory=dict)
    show: tuple[str, ...] = ("separation",)

    def drawn(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of a sweep's table that the figure shows.

        Parameters
        ----------
        table : pandas.DataFrame
            From `sweep_table`.

        Returns
        -------
        pandas.DataFrame
            The rows with the fixed values `at`.
        """
        for axis, value in self.at.items():
            table = table[table[axis] == value]
        return table


@dataclass(frozen=True)
class Sweep:
    """A grid of data sets, and the cells in which methods were run on them.

    Attributes
    ----------
    name, question : str
        Name of the sweep, and the question that it answers.
    axes : dict of str to list
        Values of each varied parameter.
    figure : SweepFigure
        The figure.
    points : dict of str to dict
        For each data set, its value on each axis.
    cells : tuple of (str, str)
        Pairs of a block of points and a method, which are the folders of cells.
    """

    name: str
    question: str
    axes: dict[str, list[Any]]
    figure: SweepFigure
    points: dict[str, dict[str, Any]]
    cells: tuple[tuple[str, str], ...]


def parse_sweep(text: str) -> Sweep:
    """Parse the description of a sweep.

    Parameters
    ----------
    text : str
        JSON, or the path of a JSON file.

    Returns
    -------
    Sweep
        The sweep.

    Raises
    ------
    InputError
        If the description is invalid.
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
    """Return why a sweep is invalid; empty if it is valid."""
    figure = sweep.figure
    # Tables and figures are files with this name.
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
    """Return separation and efficiency of the methods at each point of a sweep.

    Parameters
    ----------
    sweep : Sweep
        Its description.
    interference : pandas.DataFrame
        From `bssbench.scores.interference.collect_interference`, for the sweep's cells.

    Returns
    -------
    pandas.DataFrame
        Columns ``question``, each axis, ``method`` and those of
        `bssbench.statistics.efficiency.summarise_efficiency`. Points are in the order of the sweep,
        methods in the order of its cells.

    Raises
    ------
    InputError
        If the data set of a cell is not a point of the sweep.
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
    """Return the axes of a sweep's table, the columns between ``question`` and ``method``.

    Parameters
    ----------
    table : pandas.DataFrame
        From `sweep_table`.

    Returns
    -------
    list of str
        The axes.
    """
    columns = list(table.columns)
    return columns[columns.index(_FIRST) + 1 : columns.index(_METHOD)]


def read_sweep_table(path: Path) -> pd.DataFrame:
    """Read the table of a sweep from CSV.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    pandas.DataFrame
        As `sweep_table` returns.

    Raises
    ------
    InputError
        If the file is missing or is not the table of a sweep.
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
    """Return the name of an axis in sentences.

    Parameters
    ----------
    axis : str
        The parameter.

    Returns
    -------
    str
        Its name in words.
    """
    return _NAMES.get(axis, (axis.replace("_", " "), ""))[0]


def axis_label(axis: str) -> str:
    """Return the label of an axis in figures.

    Parameters
    ----------
    axis : str
        The parameter.

    Returns
    -------
    str
        Its name with the unit.
    """
    name, unit = _NAMES.get(axis, (axis_name(axis), ""))
    return f"{name} ({unit})" if unit else name


def text_of(value: Any) -> str:
    """Format a value for sentences and ticks.

    Parameters
    ----------
    value : object
        A number or a text.

    Returns
    -------
    str
        The formatted value.
    """
    # Without exponential notation such as 1e+06.
    return f"{value:.10g}" if isinstance(value, (int, float)) else str(value)


def place(values: Mapping[str, Any], axes: Iterable[str]) -> str:
    """Describe a point by its values, for example ``noise 0.2, length 250``.

    Parameters
    ----------
    values : mapping of str to object
        The point's value on each axis.
    axes : iterable of str
        The axes to include.

    Returns
    -------
    str
        The description.
    """
    return ", ".join(f"{axis_name(axis)} {text_of(values[axis])}" for axis in axes)
