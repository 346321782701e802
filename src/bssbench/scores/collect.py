"""Collect the tables of scores and timings from the files of cells."""

from collections.abc import Iterable
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError
from bssbench.files import read_json
from bssbench.scores.cell import ScoreRow, score_outcome, score_separation
from bssbench.separation import Separation

__all__ = ["collect"]

_PHASES = ("start_up", "warm_up", "solve")


def collect(runs: Iterable[Path], data: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Score cells and collect their timings.

    Parameters
    ----------
    runs : iterable of pathlib.Path
        The ``run.json`` of each cell, with ``separation.npz`` in the same folder.
    data : pathlib.Path
        Folder of the data sets, ``NAME.npz``.

    Returns
    -------
    scores : pandas.DataFrame
        Columns ``dataset, method, seed, score, value, status, reason``.
    timings : pandas.DataFrame
        A row per cell with the number of converged seeds (missing without a criterion), seconds of
        each phase, peak memory, and the number of jobs allowed to run in parallel.

    Raises
    ------
    InputError
        If a file is missing or invalid, or if the cells of a method come from different code.
    """

    # The cells of a data set are consecutive, so that one data set in memory suffices.
    @lru_cache(maxsize=1)
    def load_dataset(name: str) -> Dataset:
        return Dataset.load(data / f"{name}.npz")

    rows: list[ScoreRow] = []
    timings = []
    code: dict[str, tuple[str, Path]] = {}
    for path in runs:
        run = read_json(path)
        try:
            own = run.get("code", ""), path
            other = code.setdefault(run["method"], own)
            if own[0] != other[0]:
                raise InputError(
                    f"{path}: made by other code than {other[1]}; delete the older one's folder "
                    "and run the workflow again"
                )
            dataset = load_dataset(run["dataset"])
            rows += _score(dataset, run, path)
            timings.append(_timing(run))
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path}: not a cell's run.json ({error!r})") from None
    scores = pd.DataFrame([asdict(row) for row in rows])
    return scores, pd.DataFrame(timings).astype({"converged": "Int64"})


def _score(dataset: Dataset, run: dict[str, Any], path: Path) -> list[ScoreRow]:
    seeds = tuple(run["seeds"])
    if run["status"] != "ok":
        return score_outcome(dataset, run["method"], seeds, run["status"], run["reason"])
    separation = Separation.load(path.with_name("separation.npz"))
    if len(separation.sources) != len(seeds) or seeds != dataset.seeds[: len(seeds)]:
        raise InputError(
            f"{path}: its seeds are not those of its separation and of data set {dataset.name!r}; "
            "separate that data set again"
        )
    return score_separation(dataset, run["method"], separation, seeds)


def _timing(run: dict[str, Any]) -> dict[str, Any]:
    phases = run["timing"] or {}
    diagnostics = run["diagnostics"] or {}
    judged = diagnostics.get("converged") or [None]
    row = {
        "dataset": run["dataset"],
        "method": run["method"],
        "seeds": len(run["seeds"]),
        "converged": None if None in judged else sum(judged),
    }
    for phase in _PHASES:
        for clock in ("wall", "cpu"):
            row[f"{phase}_{clock}_seconds"] = phases.get(phase, {}).get(clock)
    return row | {
        "peak_bytes": run["peak_bytes"],
        "jobs_allowed": run["jobs_allowed"],
        "processor": run["provenance"]["processor"],
        "device": diagnostics.get("device", "cpu"),
        "status": run["status"],
        "reason": run["reason"],
    }
