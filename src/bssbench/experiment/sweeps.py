"""A sweep: methods on a grid of data sets.

The points of a sweep are data sets with ids. Points of equal shape are stacked into blocks, so that
a method runs on all of them in one batch.
"""

import itertools
import json
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bssbench.datasets.catalogue import Shape, dataset_module, dataset_shape
from bssbench.datasets.naming import name_data, value_names
from bssbench.errors import InputError
from bssbench.experiment.configuration_file import SweepSection
from bssbench.experiment.named_methods import MethodEntry, name_method
from bssbench.parameters import closest, parse_seeds

__all__ = ["Block", "Point", "Sweep", "expand_sweep"]

# The form of methods' names, which are also names of folders.
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Number of values in a block's observations. Larger batches share start-up and overhead; beyond a
# few MB they gain nothing more, and a longer cell takes longer to repeat.
_BLOCK_VALUES = 500_000
# A command line contains all points, and is limited to 128 kB on Linux.
_MOST_POINTS = 500


@dataclass(frozen=True)
class Point:
    """A data set of a sweep.

    Attributes
    ----------
    name : str
        ``SWEEP/axis=value,axis=value``.
    dataset : str
        The data set's id.
    parameters : dict of str to object
        Parameters that are not stated in the id.
    values : dict of str to object
        Values by axis.
    """

    name: str
    dataset: str
    parameters: dict[str, Any]
    values: dict[str, Any]


@dataclass(frozen=True)
class Block:
    """Points of equal shape and with the same methods, stacked in one file.

    Attributes
    ----------
    name : str
        Name of the block.
    points : tuple of Point
        Its points.
    methods : tuple of str
        Methods that run on it.
    shape : Shape
        Size of each point.
    """

    name: str
    points: tuple[Point, ...]
    methods: tuple[str, ...]
    shape: Shape

    def described_points(self) -> str:
        """Return the points in JSON, as for `bssbench generate-block`.

        Returns
        -------
        str
            JSON.
        """
        return json.dumps(
            [
                {"name": point.name, "id": point.dataset, "parameters": point.parameters}
                for point in self.points
            ]
        )


@dataclass(frozen=True)
class Sweep:
    """A grid of data sets, and the methods that run on it.

    Attributes
    ----------
    name, question : str
        Name of the sweep, and the question that it answers.
    seeds : str
        Seeds of each point.
    module : str
        Dotted name of the family's module.
    axes : dict of str to tuple
        Values by axis.
    figure : dict of str to object
        The figure, as in the file.
    points : tuple of Point
        The grid, with the last axis varying fastest.
    blocks : tuple of Block
        All points in blocks.
    methods : dict of str to MethodEntry
        Variants that are not methods of the experiment otherwise, by name.
    """

    name: str
    question: str
    seeds: str
    module: str
    axes: dict[str, tuple[Any, ...]]
    figure: dict[str, Any]
    points: tuple[Point, ...]
    blocks: tuple[Block, ...]
    methods: dict[str, MethodEntry]

    def cells(self) -> list[tuple[str, str]]:
        """Return the cells.

        Returns
        -------
        list of tuple
            Pairs of block and method.
        """
        return [(block.name, method) for block in self.blocks for method in block.methods]

    def description(self) -> str:
        """Return the description from which tables and figures are created, in JSON.

        Returns
        -------
        str
            JSON, as for `bssbench.statistics.sweeps.parse_sweep`.
        """
        return json.dumps(
            {
                "name": self.name,
                "question": self.question,
                "axes": self.axes,
                "figure": self.figure,
                "points": [{"name": point.name, "values": point.values} for point in self.points],
                "cells": self.cells(),
            }
        )


def expand_sweep(
    name: str, section: SweepSection, seeds: str, methods: Mapping[str, MethodEntry]
) -> Sweep:
    """Expand an entry of the section `sweeps` of a configuration.

    Parameters
    ----------
    name : str
        Name of the sweep.
    section : SweepSection
        The section of the file.
    seeds : str
        Seeds of the experiment, unless the section has its own.
    methods : mapping of str to MethodEntry
        Methods of the experiment.

    Returns
    -------
    Sweep
        All points, blocks and variants.

    Raises
    ------
    InputError
        If an axis or method is unknown, if a value or the name is invalid, or if the figure does
        not place each axis.
    """
    place = f"configuration: sweeps.{name}"
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{place}: the name of a sweep consists of lower-case letters, digits and single "
            f"hyphens, not {name!r}"
        )
    points = _points(name, section, place)
    _check_figure(section, f"{place}.figure")
    chosen, added = _methods(section, methods, place)
    own_seeds = section.seeds or seeds
    return Sweep(
        name=name,
        question=section.question,
        seeds=own_seeds,
        module=dataset_module(section.dataset),
        axes=section.axes,
        figure=_figure(section),
        points=points,
        blocks=tuple(_blocks(name, points, chosen, len(parse_seeds(own_seeds)), place)),
        methods=added,
    )


def _points(name: str, section: SweepSection, place: str) -> tuple[Point, ...]:
    """Return the grid."""
    try:
        known = value_names(section.dataset)
    except InputError as error:
        raise InputError(f"{place}.dataset: {error}") from None
    for key in section.axes:
        _check_known(key, known, f"{place}.axes", f"the parameters of {section.dataset!r}")
        if key in section.fixed:
            raise InputError(f"{place}.fixed: {key!r} is also an axis; remove one of them")
    size = 1
    for key, axis in section.axes.items():
        if None in axis:
            raise InputError(f"{place}.axes.{key}: null is not a valid value; remove the axis")
        size *= len(axis)
    if size > _MOST_POINTS:
        raise InputError(f"{place}: {size:,} points are more than {_MOST_POINTS}; use fewer values")
    points: dict[str, Point] = {}
    for combination in itertools.product(*section.axes.values()):
        values = dict(zip(section.axes, combination, strict=True))
        at = ",".join(f"{key}={_text(value)}" for key, value in values.items())
        try:
            dataset, parameters = name_data(section.dataset, {**section.fixed, **values})
        except InputError as error:
            raise InputError(f"{place}: {at}: {error}") from None
        if f"{name}/{at}" in points:
            raise InputError(f"{place}.axes: two points have the name {at!r}; round the values")
        points[f"{name}/{at}"] = Point(f"{name}/{at}", dataset, parameters, values)
    return tuple(points.values())


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _check_figure(section: SweepSection, place: str) -> None:
    """Raise `InputError` unless the figure places each axis exactly once."""
    figure = section.figure.model_dump()
    drawn = [axis for key in ("x", "y", "rows", "columns") if (axis := figure.get(key))]
    for axis in (*drawn, *section.figure.at):
        _check_known(axis, section.axes, place, "the sweep's axes")
    for axis in section.axes:
        times = drawn.count(axis) + (axis in section.figure.at)
        if times > 1:
            raise InputError(f"{place}: {axis!r} is given twice")
        if not times:
            raise InputError(
                f"{place}: {axis!r} is not drawn; fix it, as in at: {{{axis}: "
                f"{_text(section.axes[axis][0])}}}"
            )
    for axis, value in section.figure.at.items():
        _check_value(value, section.axes[axis], f"{place}.at.{axis}")


def _figure(section: SweepSection) -> dict[str, Any]:
    """Return the figure with all keys that it may have."""
    given = section.figure.model_dump()
    show = given["show"]
    return {
        **{key: given.get(key) for key in ("kind", "x", "y", "rows", "columns", "at")},
        "show": [show] if isinstance(show, str) else list(show),
    }


_Restrictions = dict[str, Mapping[str, Sequence[Any]]]


def _methods(
    section: SweepSection, methods: Mapping[str, MethodEntry], place: str
) -> tuple[_Restrictions, dict[str, MethodEntry]]:
    """Return the restrictions of each method, and the additional methods."""
    chosen: _Restrictions = {}
    for method, restriction in section.methods.items():
        where = f"{place}.methods"
        _check_known(method, methods, where, "the experiment's methods")
        for axis, values in (restriction or {}).items():
            _check_known(axis, section.axes, f"{where}.{method}", "the sweep's axes")
            for value in values:
                _check_value(value, section.axes[axis], f"{where}.{method}.{axis}")
        chosen[method] = restriction or {}
    added: dict[str, MethodEntry] = {}
    for method, grid in section.vary.items():
        where = f"{place}.vary.{method}"
        _check_known(method, methods, f"{place}.vary", "the experiment's methods")
        entry = methods[method]
        if (size := math.prod(map(len, grid.values()))) > _MOST_POINTS:
            raise InputError(f"{where}: {size:,} variants are more than {_MOST_POINTS}")
        for combination in itertools.product(*grid.values()):
            varied = dict(zip(grid, combination, strict=True))
            words = [method, *(f"{key}-{_text(value)}" for key, value in varied.items())]
            variant = re.sub(r"[^a-z0-9]+", "-", "-".join(words).lower()).strip("-")
            if variant in {**methods, **added}:
                raise InputError(f"{where}: a method {variant!r} already exists")
            parameters = {**entry.parameters, **varied}
            added[variant] = name_method(variant, entry.base, parameters, entry.cpu_seconds, where)
            # A variant runs at the same points as the method.
            chosen[variant] = chosen.get(method, {})
    if not chosen:
        raise InputError(f"{place}: there are no methods; list some under 'methods' or 'vary'")
    return chosen, added


def _blocks(
    name: str, points: Sequence[Point], methods: _Restrictions, n_seeds: int, place: str
) -> Iterator[Block]:
    """Yield blocks of points with equal shape and the same methods."""
    groups: dict[tuple[Shape, tuple[str, ...]], list[Point]] = defaultdict(list)
    for point in points:
        running = tuple(
            method
            for method, restriction in methods.items()
            if all(point.values[axis] in values for axis, values in restriction.items())
        )
        if not running:
            raise InputError(f"{place}.methods: no method runs at {point.name!r}")
        groups[dataset_shape(point.dataset, point.parameters), running].append(point)
    number = itertools.count(1)
    for (shape, running), group in groups.items():
        most = max(1, _BLOCK_VALUES // (n_seeds * shape.length * shape.n_channels))
        for part in _evenly(group, most):
            yield Block(f"{name}-{next(number):03d}", tuple(part), running, shape)


def _evenly(group: Sequence[Point], most: int) -> list[Sequence[Point]]:
    """Split a group into the fewest parts of at most `most` points, with nearly equal sizes."""
    count = -(-len(group) // most)
    edges = [index * len(group) // count for index in range(count + 1)]
    return [group[first:last] for first, last in itertools.pairwise(edges)]


def _check_known(name: str, known: Collection[str], where: str, kind: str) -> None:
    if name not in known:
        raise InputError(f"{where}: {name!r} is not among {kind}; {closest(name, known)}")


def _check_value(value: Any, values: Sequence[Any], where: str) -> None:
    if value not in values:
        raise InputError(
            f"{where}: {value!r} is not a value of the axis, which has "
            f"{', '.join(map(_text, values))}"
        )
