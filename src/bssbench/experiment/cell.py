"""Running a cell: one method on all seeds of one data set, in a process of its own with limits.

Whatever happens in there, the cell ends as a result or as a status with a reason, never as a hole.
"""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.experiment.problem import make_problem
from bssbench.experiment.process import call_in_own_process
from bssbench.experiment.provenance import provenance
from bssbench.experiment.separating import separate_and_save
from bssbench.files import write_json
from bssbench.methods import load_method
from bssbench.separation import Separation

__all__ = ["Cell", "run_cell"]


@dataclass(frozen=True)
class Cell:
    """What to run.

    Attributes
    ----------
    data : pathlib.Path
        The data set, as written by `Dataset.save`.
    method : str
        The method's name.
    parameters : dict
        The method's parameters.
    root_seed : int
        The experiment's seed.
    device : str
        For methods that can choose.
    cpu_seconds : int
        Limit of the process's CPU time.
    jobs_allowed : int
        How many jobs may run at the same time: timings are to be read with that in mind.
    """

    data: Path
    method: str
    parameters: dict[str, Any] = field(default_factory=dict)
    root_seed: int = 0
    device: str = "cpu"
    cpu_seconds: int = 900
    jobs_allowed: int = 1


def run_cell(cell: Cell, directory: Path) -> str:
    """Run a cell and write ``separation.npz`` and ``run.json`` into `directory`.

    Parameters
    ----------
    cell : Cell
        What to run.
    directory : pathlib.Path
        Where the results go. Without a separation, ``separation.npz`` holds no replicates.

    Returns
    -------
    str
        ``ok``, ``failed``, ``timeout`` or ``skipped``.

    Raises
    ------
    InputError
        If the data set can't be read, the method or a parameter is unknown, or this machine can't
        do what is asked: no result of the method, so nothing is written.
    """
    dataset = Dataset.load(cell.data)
    method = load_method(cell.method, cell.parameters)
    # Fixed data and no randomness: all seeds would be the same row.
    seeds = dataset.seeds[:1] if dataset.fixed and method.deterministic else dataset.seeds
    if dataset.unavailable:
        outcome = {"status": "skipped", "reason": dataset.unavailable}
    else:
        outcome = call_in_own_process(
            _separate_cell, (cell, len(seeds), directory, time.monotonic()), cell.cpu_seconds
        )
    sys.stderr.write(outcome.get("traceback", ""))
    if outcome["status"] != "ok":
        Separation(np.empty((0, 0, dataset.n_sources))).save(directory / "separation.npz")
    write_json(
        directory / "run.json",
        {
            "dataset": dataset.name,
            "method": cell.method,
            "parameters": cell.parameters,
            "seeds": list(seeds),
            "root_seed": cell.root_seed,
            "status": outcome["status"],
            "reason": outcome["reason"],
            "timing": outcome.get("timing"),
            "seconds_at_records": outcome.get("seconds_at_records"),
            "peak_bytes": outcome.get("peak_bytes"),
            "jobs_allowed": cell.jobs_allowed,
            "diagnostics": outcome.get("diagnostics"),
            "provenance": provenance(),
        },
    )
    return str(outcome["status"])


def _separate_cell(cell: Cell, n_seeds: int, directory: Path, launched: float) -> dict[str, Any]:
    """Separate the leading seeds, and return what the report says of it."""
    dataset = Dataset.load(cell.data)
    method = load_method(cell.method, cell.parameters)
    problem = make_problem(dataset, method, n_seeds, cell.root_seed, cell.device)
    return separate_and_save(cell.method, method, problem, directory / "separation.npz", launched)
