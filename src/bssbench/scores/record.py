"""What a score is: how it is computed, what it needs, and what there is to say of it."""

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
    """One replicate of a separation, with what several scores compute of it computed once."""

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
        """Return what `compute` makes of this replicate, computed when first asked for."""
        if compute not in self._known:
            self._known[compute] = compute(self)
        return self._known[compute]


def needs_true_sources(dataset: Dataset) -> None:
    """Raise `NotApplicable` where the true sources are not known."""
    if dataset.sources is None:
        raise NotApplicable("the true sources are not known")


@dataclass(frozen=True)
class Score:
    """One score.

    Attributes
    ----------
    name : str
        As in ``scores.csv``.
    compute : callable
        From a `Replicate` to its score, or NotApplicable with the reason why it has none.
    description : str
        A line for `bssbench list`.
    caption : str
        How tables name it, with its unit.
    tolerance : float
        How far one seed's score may be from its record in another environment, in the score's unit;
        for the mean over n seeds it is divided by √n, because rounding sends each seed its own way.
        Training amplifies rounding: with other instruction sets than those of a record, MCCs of ten
        seeds of `gp-tp` moved by up to 0.0006 (`skr-vae`), 0.009 (`ar-flow-vae`), 0.04 (`gp-vae`)
        and 0.18 (`vae`, whose latents nothing keeps from turning), their means by up to 0.004 and
        `vae`'s by 0.013. What no training touches, the ceilings, is exact; a heart may be lost in
        one seed of three.
    needs : callable
        Raises NotApplicable where a data set has nothing to hold the score against.
    applies : callable, optional
        Whether a separation has rows of this score at all, for what not every prior has.
    better : {'higher', 'lower'} or None
        None where no value is better than another.
    decimals : int
        In tables.
    axis : str
        How figures name it, where they draw it.
    headline : bool
        Whether comparisons between methods rest on it.
    counted : bool
        Whether it is 0 or 1 for each seed, so that tables count the ones.
    tabulated : bool
        Whether the tables of separation show it.
    across_seeds : bool
        Whether it holds a seed to the others of its cell, so that a seed alone has none.
    position : int
        Where it stands among all scores, in files and tables.
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
