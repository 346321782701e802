"""Running a cell: one method on the seeds of one data set, in a process of its own with limits.

Whatever happens in there, the cell ends as a result or as a status with a reason, never as a hole.
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

# tqdm's own lock is shared between processes, and Python warns of it where one is killed.
tqdm.set_lock(threading.RLock())


@dataclass(frozen=True)
class Cell:
    """What to run.

    Attributes
    ----------
    data : pathlib.Path
        The data set, as written by `Dataset.save`.
    method, parameters : str, dict
        The method, as `load_method` takes it; its parameters.
    name : str
        What the method is called in results, if something else.
    device : str
        ``cpu`` or ``cuda``, for methods that can choose.
    root_seed, cpu_seconds, jobs_allowed : int
        The experiment's seed; limit of the process's CPU time; how many jobs may run at the same
        time: timings are to be read with that in mind.
    code : str
        Hash of the code that it depends on, where the workflow says it.
    seeds : tuple of int or None
        Those of the data set's seeds that are run; None for all.
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
    """Run a cell, write ``separation.npz`` and ``run.json``, and return the status.

    That is ``ok``, ``failed``, ``timeout`` or ``skipped``. Without a separation,
    ``separation.npz`` holds no replicates; so it is where none of the seeds has to be run.

    Raises
    ------
    InputError
        If the data set can't be read or has not these seeds, the method or a parameter is unknown,
        or this machine can't do what is asked: no result of the method, so nothing is written.
    """
    dataset = Dataset.load(cell.data)
    method = load_method(cell.method, cell.parameters)
    # Fixed data and no randomness: all seeds would be the same row.
    seeds = dataset.seeds[:1] if dataset.fixed and method.deterministic else dataset.seeds
    if cell.seeds is not None:
        if unknown := set(cell.seeds) - set(dataset.seeds):
            raise InputError(f"{cell.data}: it has no seed {min(unknown)}; generate it with that")
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
    """Separate these seeds, and return what the report says of it."""
    dataset = Dataset.load(cell.data)
    if cell.seeds is not None:
        dataset = _with_seeds(dataset, seeds)
    method = load_method(cell.method, cell.parameters)
    problem = make_problem(dataset, method, len(seeds), cell.root_seed, cell.device)
    path = directory / "separation.npz"
    return separate_and_save(cell.name or cell.method, method, problem, path, launched)


def _with_seeds(dataset: Dataset, seeds: tuple[int, ...]) -> Dataset:
    """Return what a problem is made of, of these seeds alone."""
    rows = [dataset.seeds.index(seed) for seed in seeds]
    sources = None if dataset.sources is None else dataset.sources[rows]
    return replace(dataset, seeds=seeds, observations=dataset.observations[rows], sources=sources)


def separate_and_save(
    name: str, method: Any, problem: Problem, path: Path, launched: float
) -> dict[str, Any]:
    """Separate, in the process of its own, and write the separation.

    Returns what a report says of it beside the numbers: ``timing``, wall and CPU seconds of
    start-up (since `launched`, by `time.monotonic`), warm-up and solving; ``seconds_at_records`` of
    the history; ``diagnostics``.

    Raises
    ------
    ValueError
        If the sources have not the shape (replicate, time, source) that was asked for.
    MachineError
        If the separation can't be written.
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
    """Yield a function of (done, in all) that moves a bar on a terminal, and nothing in a log."""
    # disable=None is tqdm's own word for "unless this is a terminal".
    with tqdm(desc=title, disable=None, leave=False) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report
