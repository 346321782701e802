"""Tables in LaTeX, and plain text made safe for it."""

import re
import textwrap
from collections.abc import Iterable, Sequence

__all__ = ["HEADER", "escape", "latex_table", "markup"]

HEADER = r"""% Needs \usepackage{booktabs,graphicx}
\providecommand{\aside}[1]{{\fontsize{6}{7}\selectfont[#1]}}
"""
"""What a file of tables begins with."""

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
_HEADING_WIDTH = 12
# The width of the page if the table is wider, otherwise its own.
_FITTED = r"\resizebox{\ifdim\width>\textwidth\textwidth\else\width\fi}{!}{%"


def escape(text: object) -> str:
    """Return plain text in LaTeX, with the special characters that tables use."""
    return str(text).translate(_SPECIAL)


def markup(text: object) -> str:
    """Return text with Markdown's ``**bold**`` and ``*italics*`` in LaTeX.

    Brackets after a value, which contain its spread, are set smaller.
    """
    latex = re.sub(r"\*\*(.+?)\*\*", r"\\textbf{\1}", escape(text))
    latex = re.sub(r"\*(.+?)\*", r"\\textit{\1}", latex)
    return re.sub(r"(?<=\S )\[(.*?)\]", r"\\aside{\1}", latex)


def _heading(name: str, alignment: str) -> str:
    lines = textwrap.wrap(name.replace("_", " "), _HEADING_WIDTH, break_long_words=False)
    text = r"\\".join(map(escape, lines))
    return rf"\shortstack[{alignment}]{{{text}}}" if len(lines) > 1 else text


def latex_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    caption: str,
    label: str,
    *,
    text_columns: int = 1,
    rule_above: int | None = None,
) -> str:
    """Return a floating booktabs table that is at most as wide as the page.

    Headings are plain text, broken into lines; entries and caption may have the marks of `markup`.
    The first `text_columns` are set flush left, the others are numbers; a rule goes above the row
    `rule_above`. The label is for references from the text.
    """
    alignments = "l" * text_columns + "r" * (len(headings) - text_columns)
    lines = [" & ".join(map(markup, row)) + r" \\" for row in rows]
    if rule_above:
        lines.insert(rule_above, r"\midrule")
    return "\n".join(
        [
            r"\begin{table*}",
            r"\centering",
            rf"\caption{{{markup(caption)}}}",
            rf"\label{{{label}}}",
            r"\scriptsize\setlength{\tabcolsep}{3pt}%",
            _FITTED,
            rf"\begin{{tabular}}{{{alignments}}}",
            r"\toprule",
            " & ".join(map(_heading, headings, alignments)) + r" \\",
            r"\midrule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}}",
            r"\end{table*}",
            "",
        ]
    )
