"""The separation tables: median and worst of the seeds, as CSV, Markdown and LaTeX."""

import math
import re
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from bssbench.files import write_text
from bssbench.paper.dataset_groups import grouped
from bssbench.paper.latex import escape, latex_table
from bssbench.scores.catalogue import SCORES
from bssbench.scores.table import read_scores, read_timings
from bssbench.statistics.comparisons import compare_with_best
from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.summary import summarise

__all__ = ["SHOWN_OF_TIMINGS", "write_separation_tables", "write_tables"]

SHOWN_OF_TIMINGS = ("dataset", "method", "seeds", "converged")
"""The columns of ``timings.csv`` that the tables show: none is a time."""

_BEST, _INDISTINGUISHABLE = "best", "indistinguishable from the best"
# As many as fit across a page in type of seven points.
_MOST_COLUMNS = 8
_HEADING_WIDTH = 12
_NOTE = (
    "Median over seeds, the worst seed in brackets; (k/n) where only k of n seeds have a value; "
    "'failed' or 'timeout' where none has; a dash where there is nothing to score; nothing where "
    "the method was not run. † not all seeds converged, by the method's own criterion. Of the "
    "MCC, and of what recordings have in its place: bold, the best median of a data set, among the "
    "methods whose seeds are missing least, controls aside; °, what is not distinguished from it "
    "by Wilcoxon's signed-rank test (paired by seed, Holm's correction within the data set, "
    "p ≥ .05), where there are seeds enough to distinguish anything. The VAEs are reconstructions "
    "of the published methods: no code of theirs is public."
)
_HEADER = r"""% Needs \usepackage{booktabs} and a text width of at least 15 cm.
\providecommand{\worst}[1]{{\fontsize{6}{7}\selectfont[#1]}}
"""


class _Table(NamedTuple):
    """Methods × data sets, or × the scores of a recording, of formatted entries."""

    section: str
    caption: str
    label: str
    grid: pd.DataFrame


def _number(value: float, score: str) -> str:
    """Format a value; what lies between −1 and 1 goes without its zero, for tables are wide."""
    text = f"{value:.{SCORES[score].decimals}f}".replace("-", "−")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "−0.")) else text


def _entry(row: pd.Series) -> str:
    """Format one entry of a table; the best is between asterisks, as Markdown has it bold."""
    if row["n_ok"] == 0:
        status = row["reason"].partition(":")[0]
        return "–" if status == "skipped" else status
    score = row["score"]
    worst = "highest" if SCORES[score].lower_is_better else "lowest"
    if SCORES[score].counted:
        text = f"{round(row['mean'] * row['n_ok'])}/{row['n_ok']}"
    else:
        text = _number(row["median"], score)
        if row["mark"] == _BEST:
            text = f"**{text}**"
        if row["n_ok"] > 1 and SCORES[score].better:
            text += f" [{_number(row[worst], score)}]"
    if row["n_ok"] < row["n_seeds"]:
        text += f" ({row['n_ok']}/{row['n_seeds']})"
    marked = pd.notna(row["n_unconverged"]) and row["n_unconverged"] > 0
    if row["mark"] == _INDISTINGUISHABLE:
        text += " °"
    return f"{text} †" if marked else text


def _with_marks(summary: pd.DataFrame, comparisons: pd.DataFrame) -> pd.DataFrame:
    """Add which entries are the best of their data set, and which not distinguished from it."""
    marks = {
        (row.dataset, row.score, row.method): _INDISTINGUISHABLE
        for row in comparisons.itertuples()
        if row.indistinguishable and row.decidable
    }
    marks |= {(row.dataset, row.score, row.best): _BEST for row in comparisons.itertuples()}
    keys = zip(summary["dataset"], summary["score"], summary["method"], strict=True)
    return summary.assign(mark=[marks.get(key, "") for key in keys])


def _tables(summary: pd.DataFrame) -> Iterator[_Table]:
    """Yield a table for each score of a group of data sets, and one for each recording."""
    # Scores before training are for claims; what failed altogether stays: a failure is a result.
    summary = summary[summary["score"].map(lambda name: SCORES[name].tabulated)]
    told = summary[(summary["n_ok"] > 0) | ~summary["reason"].str.startswith("skipped")]
    columns = set(zip(told["dataset"], told["score"], strict=True))
    summary = summary.assign(entry=summary.apply(_entry, axis=1))
    scores = list(dict.fromkeys(summary["score"]))
    methods = list(dict.fromkeys(summary["method"]))
    methods.sort(key=lambda method: method in CONTROLS)

    def grid(rows: pd.DataFrame, across: str, shown: list[str]) -> pd.DataFrame:
        entries = rows.pivot(index="method", columns=across, values="entry").fillna("")
        entries = entries.reindex(index=methods, columns=shown, fill_value="")
        return entries[(entries != "").any(axis=1)]

    groups = grouped(dict.fromkeys(summary["dataset"]))
    for number, (section, names) in enumerate(groups.items(), start=1):
        rows = summary[summary["dataset"].isin(names)]
        if section in names:
            shown = [score for score in scores if (section, score) in columns]
            legend = "; ".join(f"{score}: {SCORES[score].caption}" for score in shown)
            if shown:
                yield _Table(section, legend, section, grid(rows, "score", shown))
            continue
        for score in scores:
            shown = [name for name in names if (name, score) in columns]
            caption = SCORES[score].caption[0].upper() + SCORES[score].caption[1:]
            for part, some in enumerate(_parts(shown), start=1):
                label = f"{score.replace('_', '-')}-{number}-{part}"
                table = grid(rows[rows["score"] == score], "dataset", some)
                yield _Table(section, caption, label, table)


def _parts(names: list[str]) -> list[list[str]]:
    """Cut a list into as few parts as fit across a page, of about one size."""
    n_parts = math.ceil(len(names) / _MOST_COLUMNS)
    bounds = [part * len(names) // n_parts for part in range(n_parts + 1)] if names else []
    return [names[first:last] for first, last in pairwise(bounds)]


def _markdown(tables: list[_Table]) -> Iterator[str]:
    """Yield each table, under its section's title."""
    sections = [table.section for table in tables]
    for previous, table in zip(["", *sections], tables, strict=False):
        title = "" if table.section == previous else f"## {table.section}\n\n"
        grid = table.grid.rename(index=lambda name: f"*{name}*" if name in CONTROLS else name)
        yield f"{title}{table.caption}:\n\n{grid.to_markdown(disable_numparse=True)}\n"


def _latex(table: _Table) -> str:
    """Return the table with the worst seeds in smaller type, and a rule above the controls."""

    def entry(text: object) -> str:
        latex = re.sub(r"\[(.*?)\]", r"\\worst{\1}", escape(text))
        return re.sub(r"\*\*(.*?)\*\*", r"\\textbf{\1}", latex)

    def heading(name: object) -> str:
        lines = textwrap.wrap(str(name).replace("_", " "), _HEADING_WIDTH, break_long_words=False)
        return r"\shortstack[r]{" + r"\\".join(map(escape, lines)) + "}"

    latex = latex_table(
        table.grid,
        f"{table.section}. {table.caption}. {_NOTE}",
        label=f"tab:{table.label}",
        entry=entry,
        heading=heading,
    )
    small = r"\scriptsize\setlength{\tabcolsep}{3pt}"
    latex = latex.replace(r"\begin{tabular}", f"{small}\n\\begin{{tabular}}")
    for control in [name for name in table.grid.index[1:] if name in CONTROLS][:1]:
        latex = latex.replace(f"\n{control} & ", f"\n\\midrule\n{control} & ")
    return latex


def _places(rows: pd.DataFrame, n_methods: pd.Series) -> str:
    """List data sets with their methods, each once: ``gp-equal (sobi, oracle)``.

    `n_methods` has the number of methods that were run on each data set.
    """
    places = []
    for dataset, group in rows.groupby("dataset", sort=False):
        methods = list(dict.fromkeys(group["method"]))
        named = "all methods" if len(methods) == n_methods[dataset] else ", ".join(methods)
        places.append(f"{dataset} ({named})")
    return "; ".join(places)


def write_tables(
    scores_file: Path, directory: Path, timings_file: Path | None = None
) -> list[Path]:
    """Read ``scores.csv`` and ``timings.csv`` and write every table of them into `directory`."""
    timings = read_timings(timings_file) if timings_file else None
    return write_separation_tables(read_scores(scores_file), directory, timings)


def _with_convergence(summary: pd.DataFrame, timings: pd.DataFrame | None) -> pd.DataFrame:
    """Add how many seeds of each cell did not converge; nothing where there is no criterion."""
    if timings is None:
        return summary.assign(n_unconverged=None)
    cells = timings.set_index(["dataset", "method"])
    unconverged = (cells["seeds"] - cells["converged"]).rename("n_unconverged")
    return summary.join(unconverged, on=["dataset", "method"])


def write_separation_tables(
    scores: pd.DataFrame, directory: Path, timings: pd.DataFrame | None = None
) -> list[Path]:
    """Write ``separation.csv``, ``.md`` and ``.tex``.

    The first has all that `bssbench.statistics.summary.summarise` says; the others show of it what
    a reader compares, data sets of a kind beside each other.

    Parameters
    ----------
    scores : pandas.DataFrame
        As in ``scores.csv``.
    directory : pathlib.Path
        Where the tables go.
    timings : pandas.DataFrame, optional
        As in ``timings.csv``: what did not converge is marked.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    summary = _with_convergence(summarise(scores), timings)
    tables = list(_tables(_with_marks(summary, compare_with_best(scores))))
    paths = [directory / f"separation.{suffix}" for suffix in ("csv", "md", "tex")]
    write_text(paths[0], summary.to_csv(index=False, lineterminator="\n"))
    reasons = summary.loc[summary["n_ok"] < summary["n_seeds"], ["dataset", "method", "reason"]]
    n_methods = summary.groupby("dataset")["method"].nunique()
    listed = [
        f"- {reason}: {_places(group, n_methods)}"
        for reason, group in reasons.groupby("reason", sort=False)
    ]
    missing = "## Why values are missing\n\n" + ("\n".join(listed) or "None is.") + "\n"
    text = "\n".join([*_markdown(tables), missing])
    write_text(paths[1], f"# Separation\n\n{_NOTE} Controls are in italics.\n\n{text}")
    write_text(paths[2], "\n".join([_HEADER, *map(_latex, tables)]))
    return paths
