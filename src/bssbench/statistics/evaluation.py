"""Statistics of scores, computed once and stored in files for tables and figures."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import read_json, write_json, write_table
from bssbench.scores.rows import reading_table
from bssbench.statistics.comparisons import compare_with_best
from bssbench.statistics.equivalence import COLUMNS, compare_pairs
from bssbench.statistics.ranks import Ranking, rank_methods
from bssbench.statistics.summary import summarise

__all__ = ["FILES", "Evaluation", "evaluate", "read_equivalence", "read_rankings"]

FILES = ("summary.csv", "comparisons.csv", "ranks.json", "equivalence.csv")
"""The files of an evaluation."""

_COLUMNS = {
    "summary.csv": (
        *("dataset", "method", "score", "median", "lower_quartile", "upper_quartile", "lowest"),
        *("highest", "mean", "n_ok", "n_failed", "n_seeds", "reason"),
        *("mean_low", "mean_high", "median_low", "median_high"),
    ),
    "comparisons.csv": (
        *("dataset", "score", "best", "method", "mean_difference", "low", "high", "n_pairs"),
        *("n_missing", "p", "p_holm", "indistinguishable", "decidable", "seeds_needed"),
    ),
    "equivalence.csv": COLUMNS,
}
_TEXT = ("dataset", "method", "score", "best", "reason", "ranking", "other")
_JUDGED = ("indistinguishable", "decidable")


@dataclass(frozen=True)
class Evaluation:
    """The statistics of a table of scores.

    Attributes
    ----------
    summary : pandas.DataFrame
        From `bssbench.statistics.summary.summarise`.
    comparisons : pandas.DataFrame
        From `bssbench.statistics.comparisons.compare_with_best`.
    rankings : list of Ranking
        From `bssbench.statistics.ranks.rank_methods`.
    equivalence : pandas.DataFrame
        From `bssbench.statistics.equivalence.compare_pairs`.
    """

    summary: pd.DataFrame
    comparisons: pd.DataFrame
    rankings: list[Ranking]
    equivalence: pd.DataFrame

    def save(self, directory: Path) -> None:
        """Write `FILES` to a folder.

        Parameters
        ----------
        directory : pathlib.Path
            The folder.
        """
        summary, comparisons, ranks, equivalence = (directory / name for name in FILES)
        tables = {summary: self.summary, comparisons: self.comparisons}
        for path, table in (tables | {equivalence: self.equivalence}).items():
            write_table(path, table)
        write_json(ranks, {"rankings": [_as_json(ranking) for ranking in self.rankings]})

    @classmethod
    def load(cls, directory: Path) -> "Evaluation":
        """Read an evaluation that `save` wrote.

        Parameters
        ----------
        directory : pathlib.Path
            The folder.

        Returns
        -------
        Evaluation
            The evaluation.

        Raises
        ------
        InputError
            If a file is missing or invalid.
        """
        summary, comparisons = (_read_table(directory / name) for name in FILES[:2])
        with reading_table(directory / FILES[1], "CSV", "bssbench statistics"):
            comparisons = comparisons.astype({"seeds_needed": "Int64"})
        return cls(summary, comparisons, read_rankings(directory), read_equivalence(directory))


def evaluate(scores: pd.DataFrame) -> Evaluation:
    """Summarise, compare and rank methods.

    Parameters
    ----------
    scores : pandas.DataFrame
        As in ``scores.csv``.

    Returns
    -------
    Evaluation
        All statistics.
    """
    rankings = rank_methods(scores)
    return Evaluation(
        summarise(scores), compare_with_best(scores), rankings, compare_pairs(rankings)
    )


def read_rankings(directory: Path) -> list[Ranking]:
    """Read only the rankings of an evaluation.

    Parameters
    ----------
    directory : pathlib.Path
        Folder of the evaluation.

    Returns
    -------
    list of Ranking
        The rankings.

    Raises
    ------
    InputError
        If the file is missing or invalid.
    """
    path = directory / FILES[2]
    if not path.exists():
        raise InputError(f"{path}: no such file; make it with 'bssbench statistics'")
    try:
        return [_from_json(entry) for entry in read_json(path)["rankings"]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: these are no rankings ({error!r})") from None


def read_equivalence(directory: Path) -> pd.DataFrame:
    """Read only the equivalence tests of an evaluation.

    Parameters
    ----------
    directory : pathlib.Path
        Folder of the evaluation.

    Returns
    -------
    pandas.DataFrame
        As `bssbench.statistics.equivalence.compare_pairs` returns.

    Raises
    ------
    InputError
        If the file is missing or invalid.
    """
    return _read_table(directory / FILES[3])


def _read_table(path: Path) -> pd.DataFrame:
    """Read a table with exact numbers, and with text even where it looks like a missing value."""
    with reading_table(path, "CSV", "bssbench statistics"):
        columns = _COLUMNS[path.name]
        table = pd.read_csv(
            path,
            keep_default_na=False,
            na_values={name: [""] for name in columns if name not in _TEXT},
            dtype={name: str for name in columns if name in _TEXT},
        )
        if list(table.columns) != list(columns):
            raise ValueError(f"expected the columns {','.join(columns)}")
        for name in columns:
            number = pd.api.types.is_numeric_dtype(table[name])
            if not (number or table.empty or name in (*_TEXT, *_JUDGED)):
                raise ValueError(f"the column {name!r} holds something that is no number")
        return table


def _as_json(ranking: Ranking) -> dict[str, Any]:
    """Return a ranking in JSON's types; NaN becomes null."""
    names = {"methods": list(ranking.ranks.index), "datasets": list(ranking.ranks.columns)}
    return {"title": ranking.title, **names, **vars(ranking)} | {
        "ranks": ranking.ranks.to_numpy().tolist(),
        "medians": ranking.medians.to_numpy().tolist(),
        "statistic": None if math.isnan(ranking.statistic) else ranking.statistic,
        "p": None if math.isnan(ranking.p) else ranking.p,
        "p_values": ranking.p_values.to_numpy().tolist(),
    }


def _from_json(entry: Mapping[str, Any]) -> Ranking:
    """Return the ranking that `_as_json` wrote."""
    own = dict(entry)
    methods = pd.Index(own.pop("methods"), name="method")
    datasets = pd.Index(own.pop("datasets"), name="dataset")
    for name in ("ranks", "medians"):
        own[name] = pd.DataFrame(own[name], methods, datasets)
    own["p_values"] = pd.DataFrame(own["p_values"], methods, methods)
    return Ranking(**own | {n: math.nan for n in ("statistic", "p") if own[n] is None})
