"""A sweep: methods on data sets that differ in the values of some axes, a grid of them.

Its points are data sets that anyone could name. Those of one shape are stacked into blocks, so that
a method runs on all of them in one batched program.
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

# As methods are named: names of folders, too.
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Of a block's observations. Start-up and small arrays are what short series cost, which a batch
# shares; beyond some MB it gains nothing, and a cell that takes minutes is long to repeat.
_BLOCK_VALUES = 500_000
# A command line, which names them all, has at most 128 kB on Linux.
_MOST_POINTS = 500


@dataclass(frozen=True)
class Point:
    """A data set of a sweep.

    Attributes
    ----------
    name : str
        ``SWEEP/axis=value,axis=value``.
    dataset : str
        Its id.
    parameters : dict
        Of the family, and what else its id can't say.
    values : dict
        By axis, where it is.
    """

    name: str
    dataset: str
    parameters: dict[str, Any]
    values: dict[str, Any]


@dataclass(frozen=True)
class Block:
    """Points of one shape that the same methods run on, stacked in one file."""

    name: str
    points: tuple[Point, ...]
    methods: tuple[str, ...]
    shape: Shape

    def described_points(self) -> str:
        """Return the points as `bssbench generate-block` takes them, in JSON."""
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
        What it is called, and what it is to answer.
    seeds : str
        Of each point.
    module : str
        Dotted name of the family's module.
    axes : dict
        By name, the values of each.
    figure : dict
        What is drawn, as the file has it.
    points : tuple of Point
        The grid, the last axis fastest.
    blocks : tuple of Block
        All points, stacked.
    methods : dict
        By name the methods that the experiment does not have otherwise.
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
        """Return block and method of each cell."""
        return [(block.name, method) for block in self.blocks for method in block.methods]

    def description(self) -> str:
        """Return what there is to know of it to show its cells, in JSON."""
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
    """Return what a configuration's section `sweeps` asks for under a name.

    Parameters
    ----------
    name : str
        The sweep's.
    section : SweepSection
        As its file has it.
    seeds : str
        The experiment's, which the section's own replace.
    methods : mapping
        The experiment's own, by name.

    Raises
    ------
    InputError
        For an unknown axis or method, a value that the family refuses, a name that no file should
        have, or a figure that does not say where it is drawn.
    """
    place = f"configuration: sweeps.{name}"
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{place}: a sweep's name has small letters, digits and single hyphens, not {name!r}"
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
        _check_known(key, known, f"{place}.axes", f"what {section.dataset!r} can be told")
        if key in section.fixed:
            raise InputError(f"{place}.fixed: {key!r} is an axis; leave it out here or there")
    size = 1
    for key, axis in section.axes.items():
        if None in axis:
            raise InputError(f"{place}.axes.{key}: null is no value; leave the axis out for it")
        size *= len(axis)
    if size > _MOST_POINTS:
        raise InputError(
            f"{place}: {size:,} points are more than {_MOST_POINTS}; take fewer values"
        )
    points: dict[str, Point] = {}
    for combination in itertools.product(*section.axes.values()):
        values = dict(zip(section.axes, combination, strict=True))
        at = ",".join(f"{key}={_text(value)}" for key, value in values.items())
        try:
            dataset, parameters = name_data(section.dataset, {**section.fixed, **values})
        except InputError as error:
            raise InputError(f"{place}: {at}: {error}") from None
        if f"{name}/{at}" in points:
            raise InputError(f"{place}.axes: two points are called {at!r}; round the values")
        points[f"{name}/{at}"] = Point(f"{name}/{at}", dataset, parameters, values)
    return tuple(points.values())


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _check_figure(section: SweepSection, place: str) -> None:
    """Raise `InputError` unless the figure says of each axis where it is."""
    figure = section.figure.model_dump()
    drawn = [axis for key in ("x", "y", "rows", "columns") if (axis := figure.get(key))]
    for axis in (*drawn, *section.figure.at):
        _check_known(axis, section.axes, place, "the sweep's axes")
    for axis in section.axes:
        times = drawn.count(axis) + (axis in section.figure.at)
        if times > 1:
            raise InputError(f"{place}: {axis!r} stands twice")
        if not times:
            raise InputError(
                f"{place}: {axis!r} is not drawn; fix it, as in at: {{{axis}: "
                f"{_text(section.axes[axis][0])}}}"
            )
    for axis, value in section.figure.at.items():
        _check_value(value, section.axes[axis], f"{place}.at.{axis}")


def _figure(section: SweepSection) -> dict[str, Any]:
    """Return what is drawn with all keys that a figure may have."""
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
    """Return by method the values that it is restricted to, and the methods that are added."""
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
                raise InputError(f"{where}: there is a method {variant!r} already")
            parameters = {**entry.parameters, **varied}
            added[variant] = name_method(variant, entry.base, parameters, entry.cpu_seconds, where)
            # It runs where the method itself does.
            chosen[variant] = chosen.get(method, {})
    if not chosen:
        raise InputError(f"{place}: no method runs; name some under 'methods' or 'vary'")
    return chosen, added


def _blocks(
    name: str, points: Sequence[Point], methods: _Restrictions, n_seeds: int, place: str
) -> Iterator[Block]:
    """Yield the points in blocks of one shape and the same methods."""
    groups: dict[tuple[Shape, tuple[str, ...]], list[Point]] = defaultdict(list)
    for point in points:
        running = tuple(
            method
            for method, restriction in methods.items()
            if all(point.values[axis] in values for axis, values in restriction.items())
        )
        if not running:
            raise InputError(f"{place}.methods: none runs at {point.name!r}")
        groups[dataset_shape(point.dataset, point.parameters), running].append(point)
    number = itertools.count(1)
    for (shape, running), group in groups.items():
        most = max(1, _BLOCK_VALUES // (n_seeds * shape.length * shape.n_channels))
        for part in _evenly(group, most):
            yield Block(f"{name}-{next(number):03d}", tuple(part), running, shape)


def _evenly(group: Sequence[Point], most: int) -> list[Sequence[Point]]:
    """Split a group, in order, into the fewest parts of at most `most`, sizes alike up to one."""
    count = -(-len(group) // most)
    edges = [index * len(group) // count for index in range(count + 1)]
    return [group[first:last] for first, last in itertools.pairwise(edges)]


def _check_known(name: str, known: Collection[str], where: str, kind: str) -> None:
    if name not in known:
        raise InputError(f"{where}: {name!r} is not among {kind}; {closest(name, known)}")


def _check_value(value: Any, values: Sequence[Any], where: str) -> None:
    if value not in values:
        raise InputError(
            f"{where}: {value!r} is no value of the axis; it has {', '.join(map(_text, values))}"
        )
