"""What a separation cost: seconds of training until the sources are apart, and peak memory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bssbench.datasets.dataset import Dataset
from bssbench.scores.measures.matching import mean_correlation, si_sdr
from bssbench.scores.rows import read_rows, write_rows
from bssbench.separation import Separation

__all__ = [
    "SEPARATED",
    "SEPARATED_DECIBELS",
    "CostRow",
    "cost_row",
    "read_costs",
    "si_sdr_at_records",
    "write_costs",
]

SEPARATED = 0.95
# An MCC of 0.95 is about 10 dB, which the noise of 5 % leaves far behind: a finer scale, and
# stricter.
SEPARATED_DECIBELS = 15.0

# A record is looked at in so many samples at most, evenly spread: there are 60 of them, and a
# correlation is as well known from these.
_SAMPLES_OF_A_RECORD = 20_000


@dataclass(frozen=True)
class CostRow:
    """One line of ``training_cost.csv``; what could not be measured is None, and `reason` says why.

    Attributes
    ----------
    method, core, length_scales, parameters : str
        Core: how the method solves for its prior, where it says so; whether the prior's
        length-scales are learned, likewise. Parameters as ``key=value``.
    length, sources, seeds : int
        Samples in time; sources; replicates that were trained together, in one batch.
    round : int
        Which repetition of the measurement this is, from 0.
    steps : int or None
        Of gradient.
    seconds_to_separation : float or None
        Wall seconds from the end of start-up to the first record at which the MCC, median over
        seeds, is at least `SEPARATED`; None also if it never is.
    seconds_to_decibels : float or None
        Likewise for the mean SI-SDR of matched sources and `SEPARATED_DECIBELS`.
    seconds_of_training : float or None
        Wall seconds of the whole training, without start-up.
    mcc, si_sdr : float or None
        At the end, median over seeds; SI-SDR in dB.
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
    sources: int
    seeds: int
    round: int
    steps: int | None
    seconds_to_separation: float | None
    seconds_to_decibels: float | None
    seconds_of_training: float | None
    mcc: float | None
    si_sdr: float | None
    peak_bytes: int | None
    status: str
    reason: str
    threads: str
    device: str


def _of_finite(
    compute: Callable[[np.ndarray, np.ndarray], float],
) -> Callable[[np.ndarray, np.ndarray], float]:
    """Return a score of true and estimated sources that is NaN where the estimate diverged."""
    return lambda true, estimated: (
        compute(true, estimated) if np.isfinite(estimated).all() else np.nan
    )


_mcc, _decibels = _of_finite(mean_correlation), _of_finite(si_sdr)


def _at_records(
    compute: Callable[[np.ndarray, np.ndarray], float], dataset: Dataset, unmixing: np.ndarray
) -> np.ndarray:
    """Return a score of each seed at each record; shape (seed, record)."""
    assert dataset.sources is not None
    every = -(-dataset.observations.shape[1] // _SAMPLES_OF_A_RECORD)
    sources, observations = dataset.sources[:, ::every], dataset.observations[:, ::every]
    return np.array(
        [
            [compute(true, observed @ matrix.T) for matrix in path]
            for true, observed, path in zip(sources, observations, unmixing, strict=True)
        ]
    )


def si_sdr_at_records(dataset: Dataset, unmixing: np.ndarray) -> np.ndarray:
    """Return the SI-SDR in dB of each seed at each record; shape (seed, record).

    `unmixing` has shape (seed, record, source, channel). Of data longer than 20,000 samples every
    n-th sample counts, so that these are no more.
    """
    return _at_records(_decibels, dataset, unmixing)


def cost_row(
    dataset: Dataset, separation: Separation, run: dict[str, Any], number: int = 0
) -> CostRow:
    """Say what a cell cost, by its ``run.json``, in round `number`.

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
        "sources": dataset.n_sources,
        "seeds": len(run["seeds"]),
        "round": number,
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
    pairs = list(zip(dataset.sources, separation.sources, strict=True))
    mcc, decibels = (
        float(np.median([compute(*pair) for pair in pairs])) for compute in (_mcc, _decibels)
    )
    if np.isnan(mcc):
        return {"status": "failed", "reason": "the estimated sources are not finite: it diverged"}
    total = run["timing"]["warm_up"]["wall"] + run["timing"]["solve"]["wall"]
    costs = {
        "seconds_of_training": total,
        "mcc": mcc,
        "si_sdr": decibels,
        "reason": f"MCC {mcc:.3f}, SI-SDR {decibels:.1f} dB at the end",
    }
    path = separation.history.get("unmixing_matrix")
    for column, compute, at_end, enough in (
        ("seconds_to_separation", _mcc, mcc, SEPARATED),
        ("seconds_to_decibels", _decibels, decibels, SEPARATED_DECIBELS),
    ):
        records = [] if path is None else np.median(_at_records(compute, dataset, path), axis=0)
        reached = np.asarray(records) >= enough
        if reached.any():
            costs[column] = run["seconds_at_records"][reached.argmax()]
        elif at_end >= enough:
            costs[column] = total
    if len(costs.keys() & {"seconds_to_separation", "seconds_to_decibels"}) == 2:
        costs["reason"] = ""
    return costs


def write_costs(path: Path, rows: Iterable[CostRow]) -> None:
    """Write rows as ``training_cost.csv`` has them."""
    write_rows(path, CostRow, rows)


def read_costs(paths: Iterable[Path]) -> pd.DataFrame:
    """Read what `write_costs` wrote, one file after the other; see `read_rows`."""
    return read_rows(paths, CostRow, "bssbench training-cost")
