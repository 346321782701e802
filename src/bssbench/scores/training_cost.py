"""The cost of a separation: training time until the sources are separated, and peak memory."""

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
# An MCC of 0.95 is about 10 dB, far below what noise of 5 % permits. This is a stricter criterion.
SEPARATED_DECIBELS = 15.0

# Largest number of samples, evenly spaced, for the score of a record. There are 60 records, and
# more samples would not change a correlation noticeably.
_SAMPLES_OF_A_RECORD = 20_000


@dataclass(frozen=True)
class CostRow:
    """One line of ``training_cost.csv``.

    Values that could not be measured are None, and `reason` states why.

    Attributes
    ----------
    method : str
        Name of the method.
    core : str
        The kernel core, if the method has one.
    length_scales : str
        Whether the prior's length-scales are learned, if it has any.
    parameters : str
        The method's parameters, as ``key=value``.
    length, sources, seeds : int
        Numbers of time points, sources, and replicates in the batch.
    round : int
        Index of the repetition, from 0.
    steps : int or None
        Number of gradient steps.
    seconds_to_separation : float or None
        Wall time in seconds from the end of start-up to the first record whose MCC, as the median
        over seeds, is at least `SEPARATED`; None if it never is.
    seconds_to_decibels : float or None
        The same for the mean SI-SDR of matched sources and `SEPARATED_DECIBELS`.
    seconds_of_training : float or None
        Wall time in seconds of the whole training, without start-up.
    mcc, si_sdr : float or None
        Median over seeds at the end of the training; SI-SDR in dB.
    peak_bytes : int or None
        Peak memory of the process, including the interpreter and libraries.
    status, reason : str
        As in ``scores.csv``.
    threads, device : str
        Number of threads and device of the computation.
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
    """Wrap a score to return NaN if the estimate is not finite."""
    return lambda true, estimated: (
        compute(true, estimated) if np.isfinite(estimated).all() else np.nan
    )


_mcc, _decibels = _of_finite(mean_correlation), _of_finite(si_sdr)


def _at_records(
    compute: Callable[[np.ndarray, np.ndarray], float], dataset: Dataset, unmixing: np.ndarray
) -> np.ndarray:
    """Return a score for each seed and record, shape (seed, record)."""
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
    """Return the SI-SDR of each seed at each record.

    Data longer than 20,000 samples are subsampled.

    Parameters
    ----------
    dataset : Dataset
        With true sources.
    unmixing : numpy.ndarray
        Shape (seed, record, source, channel). The unmixing matrices.

    Returns
    -------
    numpy.ndarray
        Shape (seed, record), in dB.
    """
    return _at_records(_decibels, dataset, unmixing)


def cost_row(
    dataset: Dataset, separation: Separation, run: dict[str, Any], number: int = 0
) -> CostRow:
    """Return the cost of a cell.

    For a method without records, only the end of the run counts.

    Parameters
    ----------
    dataset : Dataset
        With true sources.
    separation : Separation
        The result of the cell.
    run : dict
        The content of ``run.json``.
    number : int, default=0
        Index of the round.

    Returns
    -------
    CostRow
        The row.
    """
    diagnostics, given = run["diagnostics"] or {}, run["parameters"]
    # A failed run has no diagnostics; its parameters are used instead.
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
    """Return the costs of a finished cell."""
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
    """Write rows as ``training_cost.csv``.

    Parameters
    ----------
    path : pathlib.Path
        File to write.
    rows : iterable of CostRow
        The rows.
    """
    write_rows(path, CostRow, rows)


def read_costs(paths: Iterable[Path]) -> pd.DataFrame:
    """Read and concatenate files that `write_costs` wrote; see `read_rows`.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        The files.

    Returns
    -------
    pandas.DataFrame
        A column for each attribute of `CostRow`.
    """
    return read_rows(paths, CostRow, "bssbench training-cost")
