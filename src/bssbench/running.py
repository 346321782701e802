"""Running a cell: one method on all seeds of one data set, in a process of its own with limits.

Whatever happens in there, the cell ends as a result or as a status with a reason, never as a hole.
"""

import json
import multiprocessing
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError, MachineError, NotApplicable
from bssbench.files import write_json
from bssbench.methods import Problem, load_method
from bssbench.progress import progress_bar
from bssbench.provenance import provenance
from bssbench.randomness import seed_sequence
from bssbench.separation import Separation, Stopwatch

__all__ = ["Cell", "peak_bytes", "run_cell", "timing"]


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


def peak_bytes() -> int:
    """Return the peak resident memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak if os.uname().sysname == "Darwin" else peak * 1024


def timing(stopwatch: Stopwatch, launched: float) -> dict[str, dict[str, float]]:
    """Return wall and CPU seconds of start-up (since `launched`), warm-up and solving."""
    wall, cpu = stopwatch.began
    phases = {"start_up": (wall - launched, cpu)} | stopwatch.laps
    return {name: {"wall": lap[0], "cpu": lap[1]} for name, lap in phases.items()}


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
    if cell.cpu_seconds < 1:
        raise InputError(f"--cpu-seconds must be at least 1, not {cell.cpu_seconds}")
    if dataset.unavailable:
        outcome = {"status": "skipped", "reason": dataset.unavailable}
    else:
        outcome = _in_own_process(cell, len(seeds), directory)
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


def _in_own_process(cell: Cell, n_seeds: int, directory: Path) -> dict[str, Any]:
    """Solve in a fresh process and say how it ended."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    arguments = (cell, n_seeds, directory, time.monotonic(), sender)
    process = context.Process(target=_solve_and_tell, args=arguments, daemon=True)
    # Whoever ends this process ends the other as well: as an exception, the signal reaches
    # `finally`.
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        process.start()
        sender.close()
        try:
            outcome: dict[str, Any] = json.loads(receiver.recv_bytes())
        except EOFError:
            outcome = {"status": "failed", "reason": "the process ended without an answer"}
        process.join()
    finally:
        process.kill()
        signal.signal(signal.SIGTERM, before)
    code = process.exitcode or 0
    if code == -signal.SIGXCPU:
        return {"status": "timeout", "reason": f"more than {cell.cpu_seconds} s of CPU time"}
    if code == -signal.SIGKILL:
        return {"status": "failed", "reason": "killed (SIGKILL), most likely for want of memory"}
    if code:
        return {"status": "failed", "reason": f"the process ended with code {code}"}
    if outcome["status"] == "refused":
        raise MachineError(outcome["reason"])
    return outcome


def _solve_and_tell(
    cell: Cell, n_seeds: int, directory: Path, launched: float, sender: Connection
) -> None:
    """Solve under the CPU limit, save the separation, and send the outcome as JSON."""
    # At the soft limit the kernel ends the process by SIGXCPU, wherever it is.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cell.cpu_seconds, cell.cpu_seconds + 30))
    outcome: dict[str, Any]
    try:
        with progress_bar(cell.method) as progress:
            separation = _solve(cell, n_seeds, progress)
        outcome = {
            "status": "ok",
            "reason": "",
            "timing": timing(separation.stopwatch, launched),
            "seconds_at_records": separation.stopwatch.records,
            "diagnostics": separation.diagnostics,
        }
        # Fails here, as a row of this method's, and not where the report is written.
        json.dumps(outcome, allow_nan=False)
    except NotApplicable as why:
        outcome = {"status": "skipped", "reason": str(why)}
    except MachineError as why:
        outcome = {"status": "refused", "reason": str(why)}
    except InputError as why:
        outcome = {"status": "failed", "reason": str(why)}
    except Exception as error:
        traceback.print_exc()
        first_line = (str(error).splitlines() or [""])[0][:300]
        outcome = {"status": "failed", "reason": f"{type(error).__name__}: {first_line}"}
    if outcome["status"] == "ok":
        try:
            separation.save(directory / "separation.npz")
        except OSError as error:
            outcome = {"status": "refused", "reason": f"{directory}: cannot be written ({error})"}
    outcome["peak_bytes"] = peak_bytes()
    sender.send_bytes(json.dumps(outcome).encode())


def _solve(cell: Cell, n_seeds: int, progress: Callable[[int, int], None]) -> Separation:
    """Load the data and run the method on the leading seeds."""
    dataset = Dataset.load(cell.data)
    method = load_method(cell.method, cell.parameters)
    problem = Problem(
        observations=dataset.observations[:n_seeds],
        n_sources=dataset.n_sources,
        seeds=[
            seed_sequence(cell.root_seed, dataset.name, "initialisation", seed)
            for seed in dataset.seeds[:n_seeds]
        ],
        nonlinear=dataset.mixing == "nonlinear" and method.can_demix_nonlinearly,
        device=cell.device,
        sources=dataset.sources if method.needs_true_sources else None,
    )
    separation: Separation = method.separate(problem, progress)
    expected = (n_seeds, problem.observations.shape[1], dataset.n_sources)
    if separation.sources.shape != expected:
        raise ValueError(f"sources of shape {separation.sources.shape} instead of {expected}")
    return separation
