"""Separating in the process that a cell or a recording has of its own."""

from pathlib import Path
from typing import Any

from bssbench.errors import MachineError
from bssbench.experiment.progress import progress_bar
from bssbench.methods import Problem
from bssbench.separation import Separation, Stopwatch

__all__ = ["separate_and_save"]


def separate_and_save(
    name: str, method: Any, problem: Problem, path: Path, launched: float
) -> dict[str, Any]:
    """Separate, with a progress bar on a terminal, and write the separation.

    Parameters
    ----------
    name : str
        The method's name, for the bar.
    method : SeparationMethod
        How to separate.
    problem : Problem
        What to separate.
    path : pathlib.Path
        Where the separation goes, as by `Separation.save`.
    launched : float
        When start-up began, by `time.monotonic`.

    Returns
    -------
    dict
        What a report says of it beside the numbers: ``timing``, wall and CPU seconds of start-up,
        warm-up and solving; ``seconds_at_records`` of the history; ``diagnostics``.

    Raises
    ------
    ValueError
        If the sources have not the shape (replicate, time, source) that was asked for.
    MachineError
        If the separation can't be written.
    """
    with progress_bar(name) as progress:
        separation: Separation = method.separate(problem, progress)
    expected = (*problem.observations.shape[:2], problem.n_sources)
    if separation.sources.shape != expected:
        raise ValueError(f"sources of shape {separation.sources.shape} instead of {expected}")
    try:
        separation.save(path)
    except OSError as error:
        raise MachineError(f"{path.parent}: cannot be written ({error})") from None
    return {
        "timing": _timing(separation.stopwatch, launched),
        "seconds_at_records": separation.stopwatch.records,
        "diagnostics": separation.diagnostics,
    }


def _timing(stopwatch: Stopwatch, launched: float) -> dict[str, dict[str, float]]:
    """Return wall and CPU seconds of start-up (since `launched`), warm-up and solving."""
    wall, cpu = stopwatch.began
    phases = {"start_up": (wall - launched, cpu)} | stopwatch.laps
    return {name: {"wall": lap[0], "cpu": lap[1]} for name, lap in phases.items()}
