"""What a separation cost: seconds of training until the sources are apart, and peak memory."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bssbench.datasets.dataset import Dataset
from bssbench.scores.measures.matching import mean_correlation
from bssbench.scores.rows import read_rows, write_rows
from bssbench.separation import Separation

__all__ = ["SEPARATED", "CostRow", "cost_row", "mcc_at_records", "read_costs", "write_costs"]

SEPARATED = 0.95


@dataclass(frozen=True)
class CostRow:
    """One line of ``training_cost.csv``; what could not be measured is None, and `reason` says why.

    Attributes
    ----------
    method, core, length_scales, parameters : str
        Core: how the method solves for its prior, where it says so; whether the prior's
        length-scales are learned, likewise. Parameters as ``key=value``.
    length, seeds : int
        Samples in time; replicates that were trained together, in one batch.
    steps : int or None
        Of gradient.
    seconds_to_separation : float or None
        Wall seconds from the end of start-up to the first record at which the MCC, median over
        seeds, is at least `SEPARATED`; None also if it never is.
    seconds_of_training : float or None
        Wall seconds of the whole training, without start-up.
    mcc : float or None
        At the end, median over seeds.
    peak_bytes : int or None
        Of the process, interpreter and libraries included.
    status, reason : str
        As in ``scores.csv``.
    threads, device : str
        What it ran on.
    """

    method: str
    core: str
    length_scales: str
    parameters: str
    length: int
    seeds: int
    steps: int | None
    seconds_to_separation: float | None
    seconds_of_training: float | None
    mcc: float | None
    peak_bytes: int | None
    status: str
    reason: str
    threads: str
    device: str


def _mcc(true: np.ndarray, estimated: np.ndarray) -> float:
    """Return the mean absolute correlation, NaN where the estimate diverged."""
    return mean_correlation(true, estimated) if np.isfinite(estimated).all() else np.nan


def mcc_at_records(dataset: Dataset, unmixing: np.ndarray) -> np.ndarray:
    """Return the MCC of each seed at each record; shape (seed, record).

    `unmixing` has shape (seed, record, source, channel).
    """
    assert dataset.sources is not None
    return np.array(
        [
            [_mcc(true, observed @ matrix.T) for matrix in path]
            for true, observed, path in zip(
                dataset.sources, dataset.observations, unmixing, strict=True
            )
        ]
    )


def cost_row(dataset: Dataset, separation: Separation, run: dict[str, Any]) -> CostRow:
    """Say what a cell cost, by its ``run.json``.

    A method without a training has no records, and only its end counts.
    """
    diagnostics, given = run["diagnostics"] or {}, run["parameters"]
    # A run that came to nothing has no diagnostics: then what it was asked for.
    cores = (told.get(key) for told in (diagnostics, given) for key in ("core", "solver"))
    row: dict[str, Any] = dict.fromkeys(field.name for field in fields(CostRow)) | {
        "method": run["method"],
        "core": next((str(core) for core in cores if core is not None), ""),
        "length_scales": str(diagnostics.get("length_scales", "")),
        "parameters": " ".join(f"{key}={value}" for key, value in given.items()),
        "length": dataset.observations.shape[1],
        "seeds": len(run["seeds"]),
        "steps": diagnostics.get("steps"),
        "peak_bytes": run["peak_bytes"],
        "status": run["status"],
        "reason": run["reason"],
        "threads": run["provenance"]["threads"] or "",
        "device": diagnostics.get("device", "cpu"),
    }
    if run["status"] == "ok":
        row |= _costs(dataset, separation, run)
    return CostRow(**row)


def _costs(dataset: Dataset, separation: Separation, run: dict[str, Any]) -> dict[str, Any]:
    """Return what a finished cell adds to its row."""
    assert dataset.sources is not None
    pairs = zip(dataset.sources, separation.sources, strict=True)
    mcc = float(np.median([_mcc(true, estimated) for true, estimated in pairs]))
    if np.isnan(mcc):
        return {"status": "failed", "reason": "the estimated sources are not finite: it diverged"}
    total = run["timing"]["warm_up"]["wall"] + run["timing"]["solve"]["wall"]
    costs = {"seconds_of_training": total, "mcc": mcc}
    path = separation.history.get("unmixing_matrix")
    if path is not None:
        separated = np.median(mcc_at_records(dataset, path), axis=0) >= SEPARATED
        if separated.any():
            return costs | {"seconds_to_separation": run["seconds_at_records"][separated.argmax()]}
    if mcc >= SEPARATED:
        return costs | {"seconds_to_separation": total}
    return costs | {"reason": f"MCC {mcc:.3f} at the end"}


def write_costs(path: Path, rows: Iterable[CostRow]) -> None:
    """Write rows as ``training_cost.csv`` has them."""
    write_rows(path, CostRow, rows)


def read_costs(paths: Iterable[Path]) -> pd.DataFrame:
    """Read what `write_costs` wrote, one file after the other; see `read_rows`."""
    return read_rows(paths, CostRow, "bssbench training-cost")
