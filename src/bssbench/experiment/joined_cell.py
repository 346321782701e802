"""Join the parts of a cell, each with some of its seeds, as if it had been run as a whole."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.files import read_json, write_json
from bssbench.separation import Separation

__all__ = ["join_cell"]

_STEP = "step"
# The entries of a run that depend on its seeds; all others must be equal in all parts.
_OF_SEEDS = {
    *("seeds", "status", "reason", "timing", "seconds_at_records", "peak_bytes"),
    *("jobs_allowed", "diagnostics", "provenance"),
}
_MESSAGES = "warnings_of_replicates"


def join_cell(parts: Sequence[Path], directory: Path) -> None:
    """Write ``separation.npz`` and ``run.json`` of all parts, in their order.

    Timings are summed over parts, and the peak memory is the largest. The entry ``parts`` of
    ``run.json`` contains the seeds, machine and timings of each part. If a part has no separation,
    neither has the cell, with the reason of the first such part.

    Parameters
    ----------
    parts : sequence of pathlib.Path
        Folders written by `bssbench.experiment.cell.run_cell`, for one data set and method.
    directory : pathlib.Path
        Folder of the cell.

    Raises
    ------
    InputError
        If a file is missing, or the parts do not belong to the same cell.
    """
    every = {part: read_json(part / "run.json") for part in parts}
    # A deterministic method runs on one seed of a fixed recording, so that other parts are empty.
    runs = {part: run for part, run in every.items() if run.get("seeds")}
    try:
        run = _join_runs(runs)
        if run["status"] == "ok":
            separation = _join_separations(
                [Separation.load(part / "separation.npz") for part in runs], run["diagnostics"]
            )
        else:
            n_sources = Separation.load(parts[0] / "separation.npz").sources.shape[-1]
            separation = Separation(np.empty((0, 0, n_sources)))
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise InputError(
            f"{parts[0]}: the parts do not belong to the same cell ({error!r}); run them again"
        ) from None
    separation.save(directory / "separation.npz")
    write_json(directory / "run.json", run)


def _join_runs(runs: dict[Path, dict[str, Any]]) -> dict[str, Any]:
    first, *others = runs.values()
    common = {key: value for key, value in first.items() if key not in _OF_SEEDS}
    for run in others:
        if {key: value for key, value in run.items() if key not in _OF_SEEDS} != common:
            raise ValueError("they differ in data set, method or parameters")
    seeds = [seed for run in runs.values() for seed in run["seeds"]]
    if len(set(seeds)) < len(seeds):
        raise ValueError("two have the same seed")
    outcome = next((run for run in runs.values() if run["status"] != "ok"), first)
    done = outcome["status"] == "ok"
    peaks = [run["peak_bytes"] for run in runs.values() if run["peak_bytes"] is not None]
    joined = {
        "seeds": seeds,
        "status": outcome["status"],
        "reason": outcome["reason"],
        "timing": _add_timings([run["timing"] for run in runs.values()]) if done else None,
        "seconds_at_records": (
            np.sum([run["seconds_at_records"] for run in runs.values()], axis=0).tolist()
            if done
            else None
        ),
        "peak_bytes": max(peaks, default=None),
        "jobs_allowed": max(run["jobs_allowed"] for run in runs.values()),
        "diagnostics": _join_diagnostics(list(runs.values())) if done else None,
        "provenance": first["provenance"],
    }
    told = ("seeds", "timing", "peak_bytes", "provenance")
    own = [{key: run[key] for key in told} for run in runs.values()]
    return {key: joined.get(key, value) for key, value in first.items()} | {"parts": own}


def _add_timings(timings: Sequence[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    """Return the wall and CPU seconds of each phase, summed over parts."""
    return {
        phase: {clock: sum(timing[phase][clock] for timing in timings) for clock in clocks}
        for phase, clocks in timings[0].items()
    }


def _join_diagnostics(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Join diagnostics: lists have a value for each seed, and all other values must be equal."""
    joined: dict[str, Any] = {}
    for key, value in runs[0]["diagnostics"].items():
        values = [run["diagnostics"][key] for run in runs]
        if key == _MESSAGES:
            joined[key] = _renumber(values, [len(run["seeds"]) for run in runs])
        elif isinstance(value, list):
            joined[key] = [of_seed for part in values for of_seed in part]
        elif any(other != value for other in values):
            raise ValueError(f"they differ in {key}")
        else:
            joined[key] = value
    return joined


def _renumber(messages: Sequence[dict[str, Any]], sizes: Sequence[int]) -> dict[str, Any]:
    """Return messages by replicate, with replicates numbered over all parts."""
    firsts = np.cumsum([0, *sizes[:-1]])
    return {
        str(first + int(index)): text
        for first, part in zip(firsts, messages, strict=True)
        for index, text in part.items()
    }


def _join_separations(separations: Sequence[Separation], diagnostics: dict[str, Any]) -> Separation:
    first = separations[0]
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(each, name) for each in separations])
        for name in ("sources", "unmixing_matrix", "uncertainty", "loss")
        if getattr(first, name) is not None
    }
    history = {}
    for name, value in first.history.items():
        values = [each.history[name] for each in separations]
        if name != _STEP:
            history[name] = np.concatenate(values)
        elif all(np.array_equal(other, value) for other in values):
            history[name] = value
        else:
            raise ValueError("they recorded other steps")
    return Separation(**arrays, history=history, diagnostics=diagnostics)
