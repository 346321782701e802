"""A table of the paper: made once, rendered as CSV, Markdown and LaTeX.

A module of a table makes its `Report` and knows no format; `write` knows all of them and no table.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from bssbench.files import write_text
from bssbench.paper.latex import HEADER, latex_table

__all__ = ["FORMATS", "Grid", "Report", "Section", "write"]

FORMATS = ("csv", "md", "tex")


@dataclass(frozen=True)
class Grid:
    """Formatted entries in rows and columns.

    Attributes
    ----------
    entries : pandas.DataFrame
        Text, in which ``**`` stands about what is bold. The index is not shown.
    caption : str
        What the entries are, where the section's title does not say it.
    label : str
        Tells it from the report's other grids: ``mcc`` is ``tab:NAME-mcc`` to LaTeX.
    text_columns : int
        How many columns are set flush left; others are numbers.
    apart : tuple of str
        Names in the first column that are set in italics; a rule goes above the first of them.
    """

    entries: pd.DataFrame
    caption: str = ""
    label: str = ""
    text_columns: int = 1
    apart: tuple[str, ...] = ()

    def rows(self) -> list[list[str]]:
        """Return the entries of each row, italics marked."""
        return [
            [f"*{first}*" if first in self.apart else first, *others]
            for first, *others in self.entries.astype(str).itertuples(index=False)
        ]


@dataclass(frozen=True)
class Section:
    """Grids under one title.

    Attributes
    ----------
    title : str
        Nothing where the report has one section.
    text : str
        What a reader of a grid has to know: in LaTeX part of each caption.
    grids : tuple of Grid
        May be empty.
    remarks : str
        What stands below the grids: in LaTeX a comment.
    """

    title: str = ""
    text: str = ""
    grids: tuple[Grid, ...] = ()
    remarks: str = ""


@dataclass(frozen=True)
class Report:
    """All that is to be said of some numbers.

    Attributes
    ----------
    name, title : str
        Name of its files, and its heading.
    note : str
        How to read any of the grids: in LaTeX part of each caption.
    data : pandas.DataFrame
        The numbers themselves: the CSV file, whole and unrounded.
    sections : tuple of Section
        What a reader sees of them.
    preface : tuple of str
        Paragraphs that need to be read once: in LaTeX a comment.
    """

    name: str
    title: str
    note: str
    data: pd.DataFrame
    sections: tuple[Section, ...]
    preface: tuple[str, ...] = ()


def write(report: Report, directory: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Write ``NAME.csv``, ``.md`` and ``.tex``, or some of them, and return their paths."""
    render = {
        "csv": lambda: report.data.to_csv(index=False, lineterminator="\n"),
        "md": lambda: "\n\n".join(_markdown(report)) + "\n",
        "tex": lambda: "\n".join(_latex(report)),
    }
    paths = [directory / f"{report.name}.{suffix}" for suffix in formats]
    for path, suffix in zip(paths, formats, strict=True):
        # Numbers are what a later stage may read.
        write_text(path, render[suffix](), checksum=suffix == "csv")
    return paths


def _markdown(report: Report) -> Iterator[str]:
    """Yield paragraphs and tables."""
    yield f"# {report.title}"
    yield report.note
    yield from report.preface
    for section in report.sections:
        if section.title:
            yield f"## {section.title}"
        if section.text:
            yield section.text
        for grid in section.grids:
            if grid.caption:
                yield grid.caption if grid.caption.endswith(".") else f"{grid.caption}:"
            columns = list(grid.entries.columns)
            n_numbers = len(columns) - grid.text_columns
            yield pd.DataFrame(grid.rows(), columns=columns).to_markdown(
                index=False,
                disable_numparse=True,
                colalign=("left",) * grid.text_columns + ("right",) * n_numbers,
            )
        if section.remarks:
            yield section.remarks


def _latex(report: Report) -> Iterator[str]:
    """Yield comments and floating tables."""
    yield HEADER + _comment("\n".join(report.preface))
    for section in report.sections:
        for grid in section.grids:
            said = (report.title, section.title, grid.caption, section.text, report.note)
            caption = " ".join(_full_stop(text) for text in said if text)
            first = grid.entries.iloc[:, 0]
            yield latex_table(
                list(map(str, grid.entries.columns)),
                grid.rows(),
                caption,
                f"tab:{report.name}-{grid.label}".rstrip("-").replace("_", "-"),
                text_columns=grid.text_columns,
                rule_above=next((i for i, name in enumerate(first) if name in grid.apart), None),
            )
        if section.remarks:
            yield _comment(f"{section.title}\n{section.remarks}".strip())


def _comment(text: str) -> str:
    return "".join(f"% {line}\n" for line in text.splitlines() if line)


def _full_stop(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
