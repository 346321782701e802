"""Batches of replicates in separate processes, as large as memory allows."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil

from bssbench.errors import InputError
from bssbench.experiment.process import call_in_own_process
from bssbench.recording.asked import Asked
from bssbench.separation import Separation

__all__ = ["Batches", "in_batches", "separate_in_batches"]

# The rest is for this process and for other programs.
_SHARE_OF_MEMORY = 0.5


@dataclass
class Batches:
    """The results of all batches, joined along the replicates."""

    sources: np.ndarray
    unmixing_matrix: np.ndarray | None
    uncertainty: np.ndarray | None
    loss: np.ndarray | None
    timing: dict[str, dict[str, float]]
    diagnostics: list[dict[str, Any]]
    peak_bytes: int


def separate_in_batches(
    asked: Asked,
    observations: np.ndarray,
    replicates: Sequence[Any],
    task: Callable[..., dict[str, Any]],
    launched: float,
) -> Batches:
    """Separate `replicates` with `task`, in batches that fit into memory.

    `task`, a function of a module, is called with `asked`, `observations`, the replicates of a
    batch, the path for the separation, and `launched`, the time when the command started.

    Raises
    ------
    InputError
        If the method does not apply, fails or takes too long.
    """
    separations: list[Separation] = []
    outcomes: list[dict[str, Any]] = []
    for batch in in_batches(asked, observations, replicates):
        with TemporaryDirectory() as name:
            path = Path(name) / "separation.npz"
            arguments = (asked, observations, batch, path, launched)
            outcome = call_in_own_process(task, arguments, asked.cpu_seconds)
            if outcome["status"] != "ok":
                # For example, where a plug-in failed.
                sys.stderr.write(outcome.get("traceback", ""))
                raise InputError(_explanation(asked.method, outcome))
            separations.append(Separation.load(path))
        outcomes.append(outcome)
        launched = time.monotonic()
    return Batches(
        sources=np.concatenate([one.sources for one in separations]),
        unmixing_matrix=_joined([one.unmixing_matrix for one in separations]),
        uncertainty=_joined([one.uncertainty for one in separations]),
        loss=_joined([one.loss for one in separations]),
        timing=_summed([outcome["timing"] for outcome in outcomes]),
        diagnostics=[outcome["diagnostics"] for outcome in outcomes],
        peak_bytes=max(outcome["peak_bytes"] for outcome in outcomes),
    )


def in_batches(
    asked: Asked, observations: np.ndarray, replicates: Sequence[Any]
) -> list[Sequence[Any]]:
    """Split `replicates` into batches that need at most half of the free memory."""
    method = asked.load()
    room = _SHARE_OF_MEMORY * psutil.virtual_memory().available / 1e6
    size = len(replicates)
    while size > 1 and method.megabytes(asked.size(observations, size)) > room:
        size = -(-size // 2)
    return [replicates[start : start + size] for start in range(0, len(replicates), size)]


def _joined(arrays: list[np.ndarray | None]) -> np.ndarray | None:
    present = [array for array in arrays if array is not None]
    return np.concatenate(present) if len(present) == len(arrays) else None


def _summed(timings: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    return {
        phase: {clock: sum(timing[phase][clock] for timing in timings) for clock in clocks}
        for phase, clocks in timings[0].items()
    }


def _explanation(method: str, outcome: dict[str, Any]) -> str:
    """Return why there is no separation, and the remedy."""
    does_not_apply = " does not apply" if outcome["status"] == "skipped" else ""
    advice = "; raise --cpu-seconds" if outcome["status"] == "timeout" else ""
    return f"method {method!r}{does_not_apply}: {outcome['reason']}{advice}"
