"""Reading the tables of a folder of results, whichever of them it has."""

from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.errors import InputError
from bssbench.scores.rows import reading_table
from bssbench.scores.table import read_scores
from bssbench.statistics.evaluation import Evaluation
from bssbench.statistics.sweeps import axes_of, axis_label, read_sweep_table

__all__ = ["SWEEPS", "TEXTS", "read_sweeps", "read_table", "read_tables"]

SWEEPS = "sweeps"
"""The folder below the results in which ``make sweeps`` leaves its own."""

TEXTS = frozenset(
    {
        *("arithmetic", "because", "claim", "claim_verdict", "condition", "core", "dataset"),
        *("device", "dtype", "grid", "kernel", "length_scales", "method", "of", "parameters"),
        *("pass", "quantity", "reading", "reason", "score", "status", "test", "than", "verdict"),
        "where",
    }
)
"""Columns that are text, even where the text looks like a number."""

_SUMMARY = [
    *("dataset", "method", "score", "median", "median_low", "median_high", "mean"),
    *("lowest", "highest", "n_ok", "n_failed", "n_seeds", "reason"),
]


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV file: `TEXTS` and what is no number as text, all else as numbers.

    Raises
    ------
    InputError
        If the file cannot be read as CSV.
    """
    with reading_table(path, "CSV"):
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for name in table.columns.difference(list(TEXTS)):
        try:
            table[name] = [float(text) if text else float("nan") for text in table[name]]
        except ValueError:
            continue
    return table


def read_tables(results: Path) -> dict[str, pd.DataFrame]:
    """Return the tables that `results` has, by name.

    These are ``scores`` (seeds with a value), ``summary`` and ``comparisons`` from
    ``statistics/``, ``cores`` and ``training_cost`` from ``tables/``.

    Raises
    ------
    InputError
        If a table that is there is not what it should be.
    """
    tables: dict[str, pd.DataFrame] = {}
    if (results / "scores.csv").exists():
        scores = read_scores(results / "scores.csv")
        own = scores.loc[scores["status"] == "ok", ["dataset", "method", "seed", "score", "value"]]
        tables["scores"] = own
    if (results / "statistics").is_dir():
        evaluation = Evaluation.load(results / "statistics")
        tables["summary"] = evaluation.summary[_SUMMARY]
        tables["comparisons"] = evaluation.comparisons
    for name in ("cores", "training_cost"):
        if (path := results / "tables" / f"{name}.csv").exists():
            tables[name] = read_table(path)
    return tables


def read_sweeps(results: Path) -> dict[str, dict[str, Any]]:
    """Return the sweeps in `results` and in its folder `SWEEPS`, by name.

    Returns
    -------
    dict
        For each sweep ``table``, a data frame, ``axes``, the labels of its axes by column, and
        ``question``.
    """
    found: dict[str, dict[str, Any]] = {}
    for folder in (results, results / SWEEPS):
        for path in sorted((folder / "tables").glob("*.csv")):
            try:
                table = read_sweep_table(path)
            except InputError:
                # A table of another kind, or one that is damaged, which reading it here reports.
                read_table(path)
                continue
            axes = {axis: axis_label(axis) for axis in axes_of(table)}
            question = str(table["question"].iloc[0])
            found[path.stem] = {"table": table, "axes": axes, "question": question}
    return found
