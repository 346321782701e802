"""Run a cell: one method on the seeds of one data set, in a separate process with limits.

A cell always ends with a result, or with a status and a reason.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError, MachineError
from bssbench.experiment.problem import make_problem
from bssbench.experiment.process import call_in_own_process
from bssbench.experiment.provenance import provenance
from bssbench.files import write_json
from bssbench.methods import Problem, load_method, method_module
from bssbench.plugins.description import describe
from bssbench.separation import Separation

__all__ = ["Cell", "run_cell", "separate_and_save"]

# tqdm's default lock is shared between processes, and Python warns about it if one is killed.
tqdm.set_lock(threading.RLock())


@dataclass(frozen=True)
class Cell:
    """Description of a cell.

    Attributes
    ----------
    data : pathlib.Path
        File of the data set, as written by `Dataset.save`.
    method : str
        The method, as for `load_method`.
    parameters : dict of str to object
        Its parameters.
    name : str
        Name of the method in results, if it differs.
    root_seed : int
        The experiment's seed.
    device : str
        ``cpu`` or ``cuda``, for methods that support both.
    cpu_seconds : int
        Limit of the process's CPU time in seconds.
    jobs_allowed : int
        Number of jobs that may run at the same time, recorded because it affects timings.
    code : str
        Hash of the code on which the cell depends, if the workflow provides it.
    seeds : tuple of int or None
        The seeds to run; None for all seeds of the data set.
    """

    data: Path
    method: str
    parameters: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    root_seed: int = 0
    device: str = "cpu"
    cpu_seconds: int = 900
    jobs_allowed: int = 1
    code: str = ""
    seeds: tuple[int, ...] | None = None


def run_cell(cell: Cell, directory: Path) -> str:
    """Run a cell and write ``separation.npz`` and ``run.json``.

    Without a separation, or if no seed has to be run, ``separation.npz`` has no replicates.

    Parameters
    ----------
    cell : Cell
        The cell.
    directory : pathlib.Path
        Folder for the two files.

    Returns
    -------
    str
        The status: ``ok``, ``failed``, ``timeout`` or ``skipped``.

    Raises
    ------
    InputError
        If the data set cannot be read or lacks a seed, if the method or a parameter is unknown, or
        if this machine does not support the request. These are not results of the method, so
        nothing is written.
    """
    dataset = Dataset.load(cell.data)
    method = load_method(cell.method, cell.parameters)
    # With fixed data and a deterministic method, all seeds would give the same result.
    seeds = dataset.seeds[:1] if dataset.fixed and method.deterministic else dataset.seeds
    if cell.seeds is not None:
        if unknown := set(cell.seeds) - set(dataset.seeds):
            raise InputError(
                f"{cell.data}: the data set has no seed {min(unknown)}; generate it with this seed"
            )
        seeds = tuple(seed for seed in seeds if seed in cell.seeds)
    if not seeds:
        outcome = {"status": "ok", "reason": ""}
    elif dataset.unavailable:
        outcome = {"status": "skipped", "reason": dataset.unavailable}
    else:
        outcome = call_in_own_process(
            _separate_cell, (cell, seeds, directory, time.monotonic()), cell.cpu_seconds
        )
    sys.stderr.write(outcome.get("traceback", ""))
    if outcome["status"] != "ok" or not seeds:
        Separation(np.empty((0, 0, dataset.n_sources))).save(directory / "separation.npz")
    write_json(
        directory / "run.json",
        {
            "dataset": dataset.name,
            "method": cell.name or cell.method,
            "base": cell.method,
            "parameters": cell.parameters,
            "seeds": list(seeds),
            "root_seed": cell.root_seed,
            "status": outcome["status"],
            "reason": outcome["reason"],
            "timing": outcome.get("timing"),
            "seconds_at_records": outcome.get("seconds_at_records"),
            "peak_bytes": outcome.get("peak_bytes"),
            "jobs_allowed": cell.jobs_allowed,
            "code": cell.code,
            "diagnostics": outcome.get("diagnostics"),
            "provenance": provenance() | describe([method_module(cell.method)]),
        },
    )
    return str(outcome["status"])


def _separate_cell(
    cell: Cell, seeds: tuple[int, ...], directory: Path, launched: float
) -> dict[str, Any]:
    """Separate these seeds and return the report."""
    dataset = Dataset.load(cell.data)
    if cell.seeds is not None:
        dataset = _with_seeds(dataset, seeds)
    method = load_method(cell.method, cell.parameters)
    problem = make_problem(dataset, method, len(seeds), cell.root_seed, cell.device)
    path = directory / "separation.npz"
    return separate_and_save(cell.name or cell.method, method, problem, path, launched)


def _with_seeds(dataset: Dataset, seeds: tuple[int, ...]) -> Dataset:
    """Return the data set with only these seeds."""
    rows = [dataset.seeds.index(seed) for seed in seeds]
    sources = None if dataset.sources is None else dataset.sources[rows]
    return replace(dataset, seeds=seeds, observations=dataset.observations[rows], sources=sources)


def separate_and_save(
    name: str, method: Any, problem: Problem, path: Path, launched: float
) -> dict[str, Any]:
    """Separate within the separate process, and write the separation.

    Parameters
    ----------
    name : str
        Title of the progress bar.
    method : SeparationMethod
        The method.
    problem : Problem
        Its input.
    path : pathlib.Path
        File for the separation.
    launched : float
        Start of the process, from `time.monotonic`.

    Returns
    -------
    dict
        ``timing`` (wall and CPU seconds of start-up, warm-up and solving), ``seconds_at_records``
        of the history, and ``diagnostics``.

    Raises
    ------
    ValueError
        If the shape of the sources is not (replicate, time, source) as requested.
    MachineError
        If the separation cannot be written.
    """
    with _progress_bar(name) as progress:
        separation: Separation = method.separate(problem, progress)
    expected = (*problem.observations.shape[:2], problem.n_sources)
    if separation.sources.shape != expected:
        raise ValueError(f"sources of shape {separation.sources.shape} instead of {expected}")
    try:
        separation.save(path)
    except OSError as error:
        raise MachineError(f"{path.parent}: cannot be written ({error})") from None
    stopwatch = separation.stopwatch
    wall, cpu = stopwatch.began
    phases = {"start_up": (wall - launched, cpu)} | stopwatch.laps
    return {
        "timing": {phase: {"wall": lap[0], "cpu": lap[1]} for phase, lap in phases.items()},
        "seconds_at_records": stopwatch.records,
        "diagnostics": separation.diagnostics,
    }


@contextmanager
def _progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function of (steps done, total steps) that updates a progress bar on a terminal."""
    # disable=None disables the bar unless the output is a terminal.
    with tqdm(desc=title, disable=None, leave=False) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report
