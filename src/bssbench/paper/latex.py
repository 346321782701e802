"""Tables in LaTeX, and plain text made safe for it."""

from collections.abc import Callable

import pandas as pd

__all__ = ["escape", "latex_table", "scaled_to_page"]

_SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{character: f"\\{character}" for character in "&%$#_{}"},
        "<": "$<$",
        ">": "$>$",
        "≥": r"$\ge$",
        "×": r"$\times$",
        "−": "$-$",
        "²": "$^2$",
        "–": "--",
        "†": r"$^\dagger$",
        "°": r"$^\circ$",
    }
)


def escape(text: object) -> str:
    """Return plain text, with such signs as tables have, as LaTeX sets it."""
    return str(text).translate(_SPECIAL)


def latex_table(
    frame: pd.DataFrame,
    caption: str,
    *,
    label: str | None = None,
    index: bool = True,
    text_columns: int = 0,
    entry: Callable[[object], str] = escape,
    heading: Callable[[object], str] = escape,
) -> str:
    """Return a floating booktabs table across the page.

    Parameters
    ----------
    frame : pandas.DataFrame
        Of formatted entries, plain text.
    caption : str
        Plain text.
    label : str, optional
        By which a paper refers to it.
    index : bool, optional
        Whether the index is the first column.
    text_columns : int, optional
        How many columns after the index are set flush left, as the index is; others are numbers.
    entry, heading : callable, optional
        From plain text to LaTeX, for entries and for the columns' headings.
    """
    style = frame.rename_axis(index=None, columns=None).style
    style = style.format_index(escape, axis=0) if index else style.hide(axis="index")
    numbers = len(frame.columns) - text_columns
    latex: str = (
        style.format(entry)
        .format_index(heading, axis=1)
        .to_latex(
            hrules=True,
            column_format="l" * (index + text_columns) + "r" * numbers,
            position_float="centering",
            caption=escape(caption),
            label=label,
            environment="table*",
        )
    )
    return latex


def scaled_to_page(latex: str) -> str:
    """Return the table as wide as the page, whatever is in it; needs the package graphicx."""
    latex = latex.replace(r"\begin{tabular}", r"\resizebox{\textwidth}{!}{\begin{tabular}")
    return latex.replace(r"\end{tabular}", r"\end{tabular}}")
