"""Figures, one module each: `median_scores.py` draws ``median_scores.pdf``.

A figure's module has `draw(results: Results) -> Drawing`: the figure with its caption and data.
"""

import importlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bssbench.datasets.dataset import Dataset
from bssbench.discovery import modules_below
from bssbench.errors import InputError, NotApplicable
from bssbench.files import read_json
from bssbench.paper.drawing import Drawing
from bssbench.paper.looks import MAIN_METHODS
from bssbench.parameters import closest
from bssbench.scores.table import read_scores
from bssbench.separation import Separation
from bssbench.statistics.controls import CONTROLS

__all__ = [
    "Drawing",
    "Results",
    "draw_figure",
    "figure_module",
    "figure_names",
    "finite_replicates",
    "main_separations",
    "over_seeds",
    "preferred",
]

# With more, panels are too narrow.
_MAIN_METHODS_SHOWN = 5
# The ablation of all structure calibrates a figure, as a control does.
_LEFT_OUT = (*CONTROLS, "vae")


@dataclass(frozen=True)
class Results:
    """The results that figures are drawn from; data sets and separations are read on demand.

    Attributes
    ----------
    scores_file : pathlib.Path
        ``scores.csv``, whose order of data sets and methods the figures follow.
    statistics : pathlib.Path
        Folder that 'bssbench statistics' wrote from these scores.
    data, cells : pathlib.Path
        Folders of the data sets, ``NAME.npz``, and of the cells, ``DATASET/METHOD/``.
    """

    scores_file: Path
    statistics: Path
    data: Path
    cells: Path

    @cached_property
    def scores(self) -> pd.DataFrame:
        """The table of scores."""
        return read_scores(self.scores_file)

    @property
    def datasets(self) -> list[str]:
        """Names of the data sets."""
        return list(dict.fromkeys(self.scores["dataset"]))

    @property
    def methods(self) -> list[str]:
        """Names of the methods."""
        return list(dict.fromkeys(self.scores["method"]))

    def methods_on(self, dataset: str) -> list[str]:
        """Names of the methods that were run on `dataset`, in the order of all."""
        run = set(self.scores.loc[self.scores["dataset"] == dataset, "method"])
        return [method for method in self.methods if method in run]

    def values(self, dataset: str, score: str) -> pd.DataFrame:
        """Rows of one score on one data set that have a value."""
        own = self.scores[(self.scores["dataset"] == dataset) & (self.scores["score"] == score)]
        return own[own["status"] == "ok"]

    def dataset(self, name: str) -> Dataset:
        """Read a data set."""
        return Dataset.load(self.data / f"{name}.npz")

    def run(self, dataset: str, method: str) -> dict[str, Any]:
        """Read the record of a cell's run: its seeds, parameters, seconds, diagnostics."""
        return read_json(self.cells / dataset / method / "run.json")

    def base(self, method: str) -> str:
        """Return the method that `method` is a variant of; itself if it is none."""
        first = self.scores.loc[self.scores["method"] == method, "dataset"].iloc[0]
        return str(self.run(first, method).get("base", method))

    def separation(self, dataset: str, method: str) -> Separation | None:
        """Read a cell's separation; None if it has none."""
        if self.run(dataset, method).get("status") != "ok":
            return None
        return Separation.load(self.cells / dataset / method / "separation.npz")

    def separations(self, dataset: str) -> Iterator[tuple[str, Separation]]:
        """Yield (method, separation) for each method that has one on `dataset`."""
        for method in self.methods_on(dataset):
            separation = self.separation(dataset, method)
            if separation is not None:
                yield method, separation


def finite_replicates(separation: Separation) -> list[int]:
    """Return the replicates that did not diverge; others cannot be matched."""
    finite = np.isfinite(separation.sources).all(axis=(1, 2))
    return [int(replicate) for replicate in np.flatnonzero(finite)]


def over_seeds(paths: np.ndarray) -> dict[str, np.ndarray]:
    """Return median, lowest and highest over the first axis, each flattened."""
    reduced = {"median": np.median(paths, axis=0)}
    reduced |= {"lowest": paths.min(axis=0), "highest": paths.max(axis=0)}
    return {name: values.ravel() for name, values in reduced.items()}


def preferred(names: Sequence[str], wanted: Iterable[str], count: int = 1) -> list[str]:
    """Return `count` of `names`: first those wanted, in that order, then the others.

    Raises
    ------
    NotApplicable
        If there are no names.
    """
    if not names:
        raise NotApplicable("no data set has true sources")
    first = [name for name in wanted if name in names]
    return [*first, *(name for name in names if name not in first)][:count]


def main_separations(results: Results, dataset: str) -> list[tuple[str, Separation]]:
    """Return (method, separation) of up to five methods, one of each kind, without controls.

    Methods that diverged on the first seed are left out.

    Raises
    ------
    NotApplicable
        If no method separated `dataset`.
    """
    run = [method for method in results.methods_on(dataset) if method not in _LEFT_OUT]
    found = [(method, results.separation(dataset, method)) for method in run]
    separated = {m: s for m, s in found if s is not None and 0 in finite_replicates(s)}
    if not separated:
        raise NotApplicable(f"no method separated {dataset}")
    shown = preferred(list(separated), MAIN_METHODS, _MAIN_METHODS_SHOWN)
    return [(method, separated[method]) for method in results.methods if method in shown]


def figure_names() -> list[str]:
    """Return the names of all figures, sorted."""
    return [name.replace("-", "_") for name in modules_below(__name__)]


def figure_module(name: str) -> str:
    """Return the dotted name of the figure's module.

    Raises
    ------
    InputError
        If there is no such figure.
    """
    if name not in figure_names():
        raise InputError(f"unknown figure {name!r}; {closest(name, figure_names())}")
    return f"{__name__}.{name}"


def draw_figure(name: str, results: Results) -> Drawing:
    """Draw figure `name`, or one that states why there is nothing to draw."""
    try:
        drawing: Drawing = importlib.import_module(figure_module(name)).draw(results)
    except NotApplicable as why:
        # Imported here: the workflow only needs the names of figures, not matplotlib.
        from bssbench.paper.style import empty_drawing

        drawing = empty_drawing(why)
    return drawing
