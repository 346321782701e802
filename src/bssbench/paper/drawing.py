"""A figure with what a reader needs beside it: its caption and the numbers that it draws."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Drawing"]


@dataclass(frozen=True)
class Drawing:
    """What a figure's module draws; `bssbench.paper.style.save_drawing` writes it.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        The figure itself.
    caption : str
        One paragraph: what is drawn, of which data sets and seeds, in which units, and what each
        mark means. Plain ASCII without the characters that LaTeX reads as commands, so that the
        file is a text and ``\\caption{\\input{NAME.txt}}`` as well.
    data : pandas.DataFrame
        Exactly the numbers that are drawn, in long form: a row for each of them or for each point.
    """

    figure: "Figure"
    caption: str
    data: pd.DataFrame
