"""The table of an ablation: methods without each of their additions, and without all."""

from collections.abc import Iterator

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.scores.catalogue import SCORES

__all__ = ["ablation_report"]

_TITLE = "Ablation"
_NOTE = (
    "Each addition to a method is left out alone, and in the row 'everything' all are left out, "
    "which leaves the plain method. Median: over seeds, with the number of seeds in brackets if "
    "some have no value. Difference: mean over seeds of the method without the addition minus the "
    "whole method, paired by seed, in dB, with its 95 % bootstrap interval (BCa, 10,000 "
    "resamples). It is negative if the method is worse without the addition, and exactly 0 if the "
    "addition is not used on a data set. There is no correction for the number of comparisons."
)
_WHOLE = "nothing"


def ablation_report(comparison: pd.DataFrame) -> Report:
    """Return the table, from `bssbench.statistics.ablation.compare_with_whole`."""
    sections = tuple(_sections(comparison))
    missing = Section("Why values are missing", remarks=_reasons(comparison))
    return Report("ablation", _TITLE, _NOTE, comparison, (*sections, missing))


def _sections(comparison: pd.DataFrame) -> Iterator[Section]:
    """Yield grids of medians and of differences for each method."""
    shown = comparison.assign(without=comparison["without"].replace("", _WHOLE))
    for method, rows in shown.groupby("method", sort=False):
        grids = []
        for score, own in rows.groupby("score", sort=False):
            caption = SCORES[str(score)].caption
            entries = own.apply(_median, axis=1)
            grids.append(_grid(own, entries, f"Median {caption}", f"{method}-{score}"))
        decibels = rows[(rows["score"] == "si_sdr") & (rows["without"] != _WHOLE)]
        entries = decibels.apply(_difference, axis=1)
        grids.insert(1, _grid(decibels, entries, "Difference, dB", f"{method}-difference"))
        yield Section(str(method), grids=tuple(grids))


def _grid(rows: pd.DataFrame, entries: pd.Series, caption: str, label: str) -> Grid:
    """Return entries, a row for each addition left out and a column for each data set."""
    table = rows.assign(entry=entries).pivot(index="without", columns="dataset", values="entry")
    order = [list(dict.fromkeys(rows[name])) for name in ("without", "dataset")]
    table = table.reindex(index=order[0], columns=order[1]).fillna("")
    return Grid(table.rename_axis("without").reset_index(), caption, label)


def _number(value: float, decimals: int, sign: str = "") -> str:
    return f"{value:{sign}.{decimals}f}".replace("-", "−")


def _median(row: pd.Series) -> str:
    if row["n_ok"] == 0:
        return str(row["reason"]).partition(":")[0]
    text = _number(row["median"], SCORES[row["score"]].decimals)
    return text if row["n_ok"] == row["n_seeds"] else f"{text} ({row['n_ok']}/{row['n_seeds']})"


def _difference(row: pd.Series) -> str:
    if not row["n_pairs"]:
        return "–"
    text = _number(row["mean_difference"], 1, "+")
    if pd.isna(row["low"]):
        return text
    return f"{text} [{_number(row['low'], 1, '+')}, {_number(row['high'], 1, '+')}]"


def _reasons(comparison: pd.DataFrame) -> str:
    """List why values are missing, and where."""
    missing = comparison[comparison["reason"] != ""]
    lines = [
        f"- {reason}: " + "; ".join(dict.fromkeys(f"{row.dataset} ({row.variant})" for row in own))
        for reason, own in (
            (reason, rows.itertuples()) for reason, rows in missing.groupby("reason", sort=False)
        )
    ]
    return "\n".join(lines) or "No value is missing."
