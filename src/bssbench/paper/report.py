"""A table of the paper, rendered as CSV, Markdown and LaTeX.

The module of a table makes its `Report`; `write` renders any report in each format.
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
        Text, with ``**`` around bold entries. The index is not shown.
    caption : str
        Describes the entries where the title of the section does not.
    label : str
        Distinguishes the grids of a report: ``mcc`` is ``tab:NAME-mcc`` in LaTeX.
    text_columns : int
        Number of columns that are set flush left; others are numbers.
    italic_rows : tuple of str
        Names in the first column that are set in italics; a rule goes above the first of them.
    """

    entries: pd.DataFrame
    caption: str = ""
    label: str = ""
    text_columns: int = 1
    italic_rows: tuple[str, ...] = ()

    def rows(self) -> list[list[str]]:
        """Return the entries of each row, italics marked."""
        return [
            [f"*{first}*" if first in self.italic_rows else first, *others]
            for first, *others in self.entries.astype(str).itertuples(index=False)
        ]


@dataclass(frozen=True)
class Section:
    """Grids under one title.

    Attributes
    ----------
    title : str
        Empty if the report has one section.
    text : str
        What a reader of a grid needs to know; in LaTeX part of each caption.
    grids : tuple of Grid
        May be empty.
    remarks : str
        Text below the grids; in LaTeX a comment.
    """

    title: str = ""
    text: str = ""
    grids: tuple[Grid, ...] = ()
    remarks: str = ""


@dataclass(frozen=True)
class Report:
    """A table with its explanations.

    Attributes
    ----------
    name, title : str
        Name of its files, and its heading.
    note : str
        How to read any of the grids; in LaTeX part of each caption.
    data : pandas.DataFrame
        The numbers themselves: the CSV file, whole and unrounded.
    sections : tuple of Section
        The grids that show them.
    preface : tuple of str
        Paragraphs before the first section; in LaTeX a comment.
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
        # Later stages read only the numbers.
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
            texts = (report.title, section.title, grid.caption, section.text, report.note)
            caption = " ".join(_full_stop(text) for text in texts if text)
            first = grid.entries.iloc[:, 0]
            yield latex_table(
                list(map(str, grid.entries.columns)),
                grid.rows(),
                caption,
                f"tab:{report.name}-{grid.label}".rstrip("-").replace("_", "-"),
                text_columns=grid.text_columns,
                rule_above=next(
                    (i for i, name in enumerate(first) if name in grid.italic_rows), None
                ),
            )
        if section.remarks:
            yield _comment(f"{section.title}\n{section.remarks}".strip())


def _comment(text: str) -> str:
    return "".join(f"% {line}\n" for line in text.splitlines() if line)


def _full_stop(text: str) -> str:
    return text if text.endswith(".") else f"{text}."
