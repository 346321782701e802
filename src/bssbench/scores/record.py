"""The record of a score: its computation, its requirements and its description."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.separation import Separation

__all__ = ["Replicate", "Score", "needs_true_sources"]

Value = TypeVar("Value")


@dataclass
class Replicate:
    """One replicate of a separation, with a cache of values that several scores share.

    Attributes
    ----------
    dataset : Dataset
        The data set, with true sources or references.
    separation : Separation
        The result of a method.
    index : int
        Index of the replicate.
    """

    dataset: Dataset
    separation: Separation
    index: int
    _known: dict[Callable[["Replicate"], Any], Any] = field(default_factory=dict)

    @cached_property
    def true(self) -> np.ndarray:
        """The true sources, shape (time, source)."""
        assert self.dataset.sources is not None
        return self.dataset.sources[self.index]

    @property
    def estimated(self) -> np.ndarray:
        """The estimated sources, shape (time, source)."""
        return self.separation.sources[self.index]

    def once(self, compute: Callable[["Replicate"], Value]) -> Value:
        """Return the value of a function of this replicate, computed only once.

        Parameters
        ----------
        compute : callable
            Takes this replicate.

        Returns
        -------
        object
            The value of `compute`.
        """
        if compute not in self._known:
            self._known[compute] = compute(self)
        return self._known[compute]


def needs_true_sources(dataset: Dataset) -> None:
    """Check that the true sources are known.

    Parameters
    ----------
    dataset : Dataset
        The data set.

    Raises
    ------
    NotApplicable
        If they are not.
    """
    if dataset.sources is None:
        raise NotApplicable("the true sources are not known")


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes
    ----------
    name : str
        Name in ``scores.csv``.
    compute : callable
        Takes a `Replicate` and returns its score, or raises `NotApplicable`.
    description : str
        One line for `bssbench list`.
    caption : str
        Name in tables, with the unit.
    tolerance : float
        Largest accepted change of one seed's score between two environments, in the score's unit.
        For the mean over n seeds it is divided by √n, because rounding affects each seed
        differently.

        Training amplifies rounding errors. With other instruction sets, the MCCs of ten seeds of
        `gp-tp` changed by up to 0.0006 (`skr-vae`), 0.009 (`ar-flow-vae`), 0.04 (`gp-vae`) and 0.18
        (`vae`, which is invariant under rotations). Their means changed by up to 0.004, that of
        `vae` by 0.013. Scores that do not depend on training, such as upper limits, must agree
        exactly. The fetal heart may be lost in one of three seeds.
    needs : callable
        Takes a data set and raises `NotApplicable` if it lacks the reference for this score.
    applies : callable, optional
        Takes a data set and a separation, and returns whether this score exists for them. Needed
        for scores of learned priors, which not every method has.
    better : {'higher', 'lower'} or None
        Which values are better; None if no value is.
    decimals : int
        Number of decimals in tables.
    axis : str
        Label in figures; empty if no figure shows it.
    headline : bool
        Whether comparisons between methods use it.
    counted : bool
        Whether each seed's score is 0 or 1. Tables then show the number of ones.
    tabulated : bool
        Whether the tables of separation show it.
    across_seeds : bool
        Whether it compares a seed with the other seeds of its cell. A single seed then has no
        score.
    position : int
        Position among all scores in files and tables.
    """

    name: str
    compute: Callable[[Replicate], float]
    description: str
    caption: str
    tolerance: float
    needs: Callable[[Dataset], None] = needs_true_sources
    applies: Callable[[Dataset, Separation], bool] | None = None
    better: Literal["higher", "lower"] | None = "higher"
    decimals: int = 3
    axis: str = ""
    headline: bool = False
    counted: bool = False
    tabulated: bool = True
    across_seeds: bool = False
    position: int = 1000

    @property
    def lower_is_better(self) -> bool:
        """Whether a lower value is better."""
        return self.better == "lower"
