"""The verdicts of every kept run, and why they changed from one to the next."""

from pathlib import Path

import pandas as pd

from bssbench.errors import InputError
from bssbench.paper.claims_table import READINGS
from bssbench.paper.report import Grid, Report, Section
from bssbench.statistics.claims import IMPROVED, PLAIN

__all__ = [
    "NOT_ASKED",
    "carry_on",
    "history_report",
    "latest",
    "moves",
    "moves_grid",
    "read_history",
]

NOT_ASKED = "not asked"
"""Replaces a verdict if the sentence is no longer among the claims."""

_COLUMNS = ["commit", "date", "claim", "sentence", *READINGS, "supported", "why", "reason"]
_NOTE = (
    "The verdict of each kept run on each claim. A claim is identified by its sentence: its letter "
    "may have belonged to another sentence before. A verdict can also change because tests or "
    "rules changed; the reason is then given."
)


def read_history(path: Path) -> pd.DataFrame:
    """Read ``verdicts.csv``, whose column ``reason`` is written by hand.

    Returns
    -------
    pandas.DataFrame
        A row for each version and claim, oldest first: ``commit, date`` of the code that was run;
        ``claim, sentence, plain, improved, supported, why`` as in
        `bssbench.paper.claims_table.overview`; ``reason``, why the verdict changed. A claim that
        is no longer asked has one more row with `NOT_ASKED`. Missing values are empty.

    Raises
    ------
    InputError
        If the file is missing, has other columns, or has a sentence twice in a version.
    """
    try:
        history = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}") from None
    if [*history.columns] != _COLUMNS:
        raise InputError(f"{path}: expected the columns {', '.join(_COLUMNS)}")
    again = history[history.duplicated(["commit", "sentence"])]
    for commit, sentence in again[["commit", "sentence"]].itertuples(index=False):
        raise InputError(f"{path}: {sentence!r} occurs twice in version {commit}")
    return history


def carry_on(history: pd.DataFrame, verdicts: pd.DataFrame, commit: str, date: str) -> pd.DataFrame:
    """Return the history with one more version, or with the rows of this version replaced.

    Parameters
    ----------
    history : pandas.DataFrame
        From `read_history`.
    verdicts : pandas.DataFrame
        From `bssbench.paper.claims_table.overview`.
    commit, date : str
        Of the code that was run. Reasons already written for this commit are kept.
    """
    before = history[history["commit"] != commit]
    last = before.groupby("sentence", sort=False, as_index=False).last()
    dropped = last[~last["sentence"].isin(verdicts["sentence"]) & (last["improved"] != NOT_ASKED)]
    dropped = dropped[["claim", "sentence"]].assign(improved=NOT_ASKED)
    reasons = history[history["commit"] == commit].set_index("sentence")["reason"]
    rows = pd.concat([verdicts, dropped], ignore_index=True).assign(commit=commit, date=date)
    rows["reason"] = rows["sentence"].map(reasons)
    return pd.concat([before, rows], ignore_index=True).reindex(columns=_COLUMNS).fillna("")


def latest(history: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of the newest version."""
    newest = history[history["commit"] == history["commit"].iloc[-1]]
    return newest[newest["improved"] != NOT_ASKED]


def moves(history: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts that differ from those of the version before, oldest first.

    Returns
    -------
    pandas.DataFrame
        Columns ``commit, date, claim, sentence, reading, before, now, reason``. A new claim is
        included, with ``before`` empty, if it has a reason, which means that it replaces another.
    """
    rows = history.melt(
        ["commit", "date", "claim", "sentence", "reason"],
        [*READINGS],
        var_name="reading",
        value_name="now",
        ignore_index=False,
    )
    rows = rows[rows["now"] != ""]
    rows["before"] = rows.groupby(["sentence", "reading"])["now"].shift()
    moved = rows["before"].notna() & (rows["before"] != rows["now"])
    # A second reading of a known sentence is no change.
    new = rows["before"].isna() & (rows["reading"] == IMPROVED)
    in_place_of_another = new & (rows["reason"] != "")
    rows = rows[moved | in_place_of_another].sort_index(kind="stable")
    columns = ["commit", "date", "claim", "sentence", "reading", "before", "now", "reason"]
    return rows[columns].fillna("").reset_index(drop=True)


def moves_grid(moved: pd.DataFrame) -> Grid:
    """Return the grid of some `moves`; a missing reason is shown as not stated."""
    readings = moved["reading"].map({PLAIN: f", {READINGS[PLAIN]}"}).fillna("")
    entries = pd.DataFrame(
        {
            "run": moved["date"],
            "claim": moved["claim"],
            "": moved["sentence"],
            "before": moved["before"].replace("", "–"),
            "now": moved["now"] + readings,
            "why": moved["reason"].replace("", "not stated"),
        }
    )
    return Grid(entries, text_columns=len(entries.columns))


def history_report(history: pd.DataFrame) -> Report:
    """Return the verdicts on every claim by version, and the changes."""
    cells = history.assign(
        version=history["date"] + " " + history["commit"],
        verdict=[
            " / ".join(filter(None, pair)) for pair in history[[*READINGS]].itertuples(index=False)
        ],
    )
    table = cells.pivot(index="sentence", columns="version", values="verdict").fillna("")
    table = table.reindex(history["sentence"].unique())[cells["version"].unique()]
    letters = history.groupby("sentence")["claim"].last()
    table = table.rename_axis("").reset_index().rename_axis(columns=None)
    table.insert(0, "claim", letters[table[""]].to_numpy())
    both = f"Two verdicts are {' / '.join(READINGS.values())}."
    by_version = Section("By version", both, (Grid(table, text_columns=len(table.columns)),))
    moved = Section("Changes", grids=(moves_grid(moves(history)),))
    return Report("verdicts", "Verdicts", _NOTE, history, (moved, by_version))
