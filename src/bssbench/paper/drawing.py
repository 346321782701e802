"""A figure with its caption and the numbers that it draws."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Drawing", "describe_seeds", "enumerated"]


@dataclass(frozen=True)
class Drawing:
    r"""A drawn figure; `bssbench.paper.style.save_drawing` writes it.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The figure itself.
    caption : str
        One paragraph: what is drawn, for which data sets and seeds, in which units, and the
        meaning of each mark. Plain ASCII without the special characters of LaTeX, so that
        ``\caption{\input{NAME.txt}}`` works.
    data : pandas.DataFrame
        The numbers that are drawn, in long form: a row for each number or point.
    """

    figure: "Figure"
    caption: str
    data: pd.DataFrame


def enumerated(names: Iterable[str]) -> str:
    """Return names as a list in words: ``a, b and c``."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def describe_seeds(seeds: Mapping[str, Iterable[int]]) -> str:
    """Describe for captions which seeds, at least one, are drawn of each data set."""
    datasets: dict[str, list[str]] = {}
    for dataset, own in seeds.items():
        datasets.setdefault(_seeds_in_words(sorted(set(own))), []).append(dataset)
    return "; ".join(f"{enumerated(names)}: {words}" for words, names in datasets.items())


def _seeds_in_words(seeds: list[int]) -> str:
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    whole = seeds == list(range(seeds[0], seeds[-1] + 1))
    which = f"{seeds[0]} to {seeds[-1]}" if whole else enumerated(map(str, seeds))
    return f"{len(seeds)} seeds, {which}"
