"""The separation tables: median and worst of the seeds, with data sets grouped by kind."""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pandas as pd

from bssbench.datasets.families import load_family
from bssbench.datasets.identifier import Identifier, parse_identifier
from bssbench.paper.report import Grid, Report, Section
from bssbench.scores.catalogue import SCORES
from bssbench.scores.measures.matching import DECIBEL_LIMIT
from bssbench.statistics.controls import CONTROLS

__all__ = ["grouped", "separation_report"]

_PLAIN = "Linear mixing of three or four sources"
_CHANGED = "Other numbers of sources or channels, other conditions, noise, lengths or rates"
_NONLINEAR = "Nonlinear mixing"
_UNTOUCHED = "Families held out from all choices"
_SHOWN = [name for name, score in SCORES.items() if score.tabulated]
_BEST, _INDISTINGUISHABLE = "best", "indistinguishable from the best"
# As many as fit across a page in 7-point type.
_MOST_COLUMNS = 8
_NOTE = (
    "Median over seeds, with the worst seed in brackets. (k/n): only k of n seeds have a value; "
    "'failed' or 'timeout': none has; a dash: there is nothing to score; empty: the method was not "
    "run. † not all seeds converged by the method's own criterion. For the SI-SDR and the scores "
    "that replace it on recordings, bold marks the best median of a data set among the methods "
    "with the fewest missing seeds, controls excluded, and ° a method that is not distinguished "
    "from it by Wilcoxon's signed-rank test (paired by seed, Holm's correction within the data "
    "set, p ≥ .05), where the seeds suffice to distinguish any. Decibels are limited to "
    f"± {DECIBEL_LIMIT:g} for each source. The VAEs are reconstructions of the published methods, "
    "whose code is not public. Controls are in italics."
)


def separation_report(
    summary: pd.DataFrame, comparisons: pd.DataFrame, timings: pd.DataFrame | None = None
) -> Report:
    """Return the tables of each score, and of each recording, from an `Evaluation`.

    The CSV file has the whole summary; the others show a part of it. With ``timings.csv``, methods
    that did not converge are marked.
    """
    summary = _with_convergence(summary, timings)
    missing = Section(title="Why values are missing", remarks=_reasons(summary))
    sections = tuple(_sections(_with_marks(summary, comparisons)))
    return Report("separation", "Separation", _NOTE, summary, (*sections, missing))


def _with_convergence(summary: pd.DataFrame, timings: pd.DataFrame | None) -> pd.DataFrame:
    """Add how many seeds of each cell did not converge, where the method has a criterion."""
    if timings is None:
        return summary.assign(n_unconverged=None)
    cells = timings.set_index(["dataset", "method"])
    unconverged = (cells["seeds"] - cells["converged"]).rename("n_unconverged")
    return summary.join(unconverged, on=["dataset", "method"])


def _with_marks(summary: pd.DataFrame, comparisons: pd.DataFrame) -> pd.DataFrame:
    """Mark the best entry of each data set, and those that are not distinguished from it."""
    marks = {
        (row.dataset, row.score, row.method): _INDISTINGUISHABLE
        for row in comparisons.itertuples()
        if row.indistinguishable and row.decidable
    }
    marks |= {(row.dataset, row.score, row.best): _BEST for row in comparisons.itertuples()}
    keys = zip(summary["dataset"], summary["score"], summary["method"], strict=True)
    return summary.assign(mark=[marks.get(key, "") for key in keys])


def _sections(summary: pd.DataFrame) -> Iterator[Section]:
    """Yield a grid for each score of a group of data sets, and one for each recording."""
    summary = summary[summary["score"].isin(_SHOWN)]
    # A method that failed on all seeds is kept: a failure is a result.
    present = summary[(summary["n_ok"] > 0) | ~summary["reason"].str.startswith("skipped")]
    columns = set(zip(present["dataset"], present["score"], strict=True))
    summary = summary.assign(entry=summary.apply(_entry, axis=1))
    scores = list(dict.fromkeys(summary["score"]))
    methods = list(dict.fromkeys(summary["method"]))
    methods.sort(key=lambda method: method in CONTROLS)

    def grid(rows: pd.DataFrame, across: str, shown: list[str], caption: str, label: str) -> Grid:
        entries = rows.pivot(index="method", columns=across, values="entry").fillna("")
        entries = entries.reindex(index=methods, columns=shown, fill_value="")
        entries = entries[(entries != "").any(axis=1)]
        return Grid(
            entries.rename_axis("method").reset_index(), caption, label, italic_rows=CONTROLS
        )

    groups = grouped(dict.fromkeys(summary["dataset"]))
    for number, (title, names) in enumerate(groups.items(), start=1):
        rows = summary[summary["dataset"].isin(names)]
        grids = []
        if title in names:
            shown = [score for score in scores if (title, score) in columns]
            legend = "; ".join(f"{score}: {SCORES[score].caption}" for score in shown)
            if shown:
                grids.append(grid(rows, "score", shown, legend, title))
        else:
            for score in scores:
                caption = SCORES[score].caption[0].upper() + SCORES[score].caption[1:]
                shown = [name for name in names if (name, score) in columns]
                for part, some in enumerate(_parts(shown), start=1):
                    own = rows[rows["score"] == score]
                    grids.append(grid(own, "dataset", some, caption, f"{score}-{number}-{part}"))
        if grids:
            yield Section(title, grids=tuple(grids))


def _parts(names: list[str]) -> list[list[str]]:
    """Split a list into as few parts of about equal size as fit across a page."""
    n_parts = math.ceil(len(names) / _MOST_COLUMNS)
    bounds = [part * len(names) // n_parts for part in range(n_parts + 1)] if names else []
    return [names[first:last] for first, last in pairwise(bounds)]


def _entry(row: pd.Series) -> str:
    """Format one entry of a table."""
    if row["n_ok"] == 0:
        status = row["reason"].partition(":")[0]
        return "–" if status == "skipped" else status
    score = SCORES[row["score"]]
    if score.counted:
        text = f"{round(row['mean'] * row['n_ok'])}/{row['n_ok']}"
    else:
        text = _number(row["median"], score.decimals)
        if row["mark"] == _BEST:
            text = f"**{text}**"
        if row["n_ok"] > 1 and score.better:
            worst = row["highest" if score.lower_is_better else "lowest"]
            text += f" [{_number(worst, score.decimals)}]"
    if row["n_ok"] < row["n_seeds"]:
        text += f" ({row['n_ok']}/{row['n_seeds']})"
    marked = pd.notna(row["n_unconverged"]) and row["n_unconverged"] > 0
    if row["mark"] == _INDISTINGUISHABLE:
        text += " °"
    return f"{text} †" if marked else text


def _number(value: float, decimals: int) -> str:
    """Format a value, without the leading zero between −1 and 1 to save width."""
    text = f"{value:.{decimals}f}".replace("-", "−")
    return text.replace("0.", ".", 1) if text.startswith(("0.", "−0.")) else text


def _reasons(summary: pd.DataFrame) -> str:
    """List why values are missing, and where: ``gp-equal (sobi, oracle)``."""
    n_methods = summary.groupby("dataset")["method"].nunique()
    missing = summary[summary["n_ok"] < summary["n_seeds"]]
    lines = []
    for reason, rows in missing.groupby("reason", sort=False):
        places = []
        for dataset, group in rows.groupby("dataset", sort=False):
            methods = list(dict.fromkeys(group["method"]))
            named = "all methods" if len(methods) == n_methods[dataset] else ", ".join(methods)
            places.append(f"{dataset} ({named})")
        lines.append(f"- {reason}: {'; '.join(places)}")
    return "\n".join(lines) or "No value is missing."


def grouped(names: Iterable[str]) -> dict[str, list[str]]:
    """Sort data sets into groups, each under its title; a recording is a group of its own.

    Groups are in the order plain, changed, nonlinear, untouched, recordings; within one, the order
    is kept.

    Raises
    ------
    InputError
        If a name is no data set's id.
    """
    groups: dict[str, list[str]] = {_PLAIN: [], _CHANGED: [], _NONLINEAR: [], _UNTOUCHED: []}
    for name in names:
        groups.setdefault(_title(parse_identifier(name)), []).append(name)
    return {title: members for title, members in groups.items() if members}


def _title(identifier: Identifier) -> str:
    if identifier.recorded:
        return str(identifier)
    if load_family(identifier.stem).untouched:
        return _UNTOUCHED
    if identifier.mixing != "linear":
        return _NONLINEAR
    few = identifier.n_sources in (None, 3, 4)
    plain = identifier == Identifier(identifier.stem, identifier.n_sources)
    return _PLAIN if plain and few else _CHANGED
