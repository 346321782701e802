"""The table of choices between configurations: each candidate against the default, by data set."""

import pandas as pd

from bssbench.paper.report import Grid, Report, Section

__all__ = ["selection_report"]

_TITLE = "Choices by the objective on held-out time"
_NOTE = (
    "Each model is trained on the first four fifths of the time, and its objective, in nats per "
    "time point, is evaluated on the last fifth. Lower is better; the true sources are not used. "
    "The first row of a choice is its default, with the median objective over development seeds. "
    "The other rows have the median over seeds of the difference from the default, and the number "
    "of seeds that are better. The chosen candidate is the one with a better median on the most "
    "data sets, if these are more than half of them and it gains more there than it loses "
    "elsewhere; otherwise it is the default."
)


def _label(parameters: str, common: set[str]) -> str:
    """Return the parameters of a candidate that not all candidates share."""
    return " ".join(word for word in parameters.split() if word not in common) or "default"


def _cell(row: pd.Series, default: str) -> str:
    if row["n_ok"] == 0:
        return "–"
    if row["parameters"] == default:
        return f"{row['median']:.3f}"
    return f"{row['median_difference']:+.3f} ({row['n_better']}/{row['n_seeds']})"


def _entries(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one choice's entries, candidates × data sets."""
    candidates = list(dict.fromkeys(rows["parameters"]))
    common = set.intersection(*(set(words.split()) for words in candidates))
    entries = rows.assign(entry=rows.apply(_cell, axis=1, default=candidates[0]))
    grid = entries.pivot(index="parameters", columns="dataset", values="entry")
    grid = grid.loc[candidates, list(dict.fromkeys(rows["dataset"]))].fillna("")
    chosen = rows.groupby("parameters")["chosen"].any()
    grid.insert(0, "candidate", [_label(words, common) for words in candidates])
    grid["chosen"] = ["chosen" if chosen[words] else "" for words in candidates]
    return grid


def _missing(rows: pd.DataFrame) -> str:
    """List why objectives are missing."""
    incomplete = rows[rows["n_ok"] < rows["n_seeds"]]
    return "\n".join(
        f"- {row.method} ({row.parameters}) on {row.dataset}, {row.n_ok} of {row.n_seeds} seeds: "
        f"{row.reason}"
        for row in incomplete.itertuples()
    )


def selection_report(compared: pd.DataFrame) -> Report:
    """Return a table for each choice, from `compare_candidates`."""
    choices = compared.groupby(["choice", "method"], sort=False)
    sections = [
        Section(f"{choice} ({method})", grids=(Grid(_entries(rows), label=str(number)),))
        for number, ((choice, method), rows) in enumerate(choices, start=1)
    ]
    missing = Section(
        "Why values are missing", remarks=_missing(compared) or "No value is missing."
    )
    return Report("selection", _TITLE, _NOTE, compared, (*sections, missing))
