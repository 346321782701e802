"""The runs of one method on a recording, in processes of their own: seeds, and resampled time."""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import psutil

from bssbench.errors import InputError
from bssbench.experiment.cell import separate_and_save
from bssbench.experiment.process import call_in_own_process
from bssbench.methods import Problem, SeparationMethod, Size, load_method
from bssbench.randomness import generator, seed_sequence
from bssbench.recording.resampling import block_length, resampled_rows
from bssbench.recording.stability import (
    Stability,
    similarities_by_unmixing,
    similarities_of,
    stability,
)
from bssbench.separation import Separation

__all__ = ["Asked", "Found", "find", "in_batches"]

# The rest is for this process and for what else the machine does.
_SHARE_OF_MEMORY = 0.5


@dataclass(frozen=True)
class Asked:
    """What is asked of a method.

    Attributes
    ----------
    method, parameters : str, dict
        As `load_method` takes them.
    n_sources : int
        How many sources to find.
    seeds : tuple of int
        Initialisations, of which the one with the lowest loss is kept.
    bootstrap : int
        Resampled recordings, to see how stable the sources are.
    nonlinear : bool
        Whether the mixing is taken to be nonlinear.
    device : str
        ``cpu`` or ``cuda``.
    root_seed : int
        Another one gives other initialisations for the same seeds.
    cpu_seconds : int
        Limit of a process's CPU time.
    """

    method: str
    n_sources: int
    parameters: dict[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    bootstrap: int = 0
    nonlinear: bool = False
    device: str = "cpu"
    root_seed: int = 0
    cpu_seconds: int = 7200

    def load(self) -> SeparationMethod:
        """Return the method with its parameters."""
        method: SeparationMethod = load_method(self.method, self.parameters)
        return method

    def size(self, observations: np.ndarray, replicates: int = 1) -> Size:
        """Return the size of the problem with so many replicates of observations."""
        length, n_channels = observations.shape
        return Size(replicates, length, n_channels, self.n_sources, self.nonlinear)


@dataclass(frozen=True)
class Found:
    """What the runs of a method found.

    Attributes
    ----------
    sources : numpy.ndarray
        Shape (time, source), of the seed that is kept, as the method has them.
    unmixing_matrix : numpy.ndarray or None
        Shape (source, channel), of the observations that it was given.
    uncertainty : numpy.ndarray or None
        Shape (source,).
    losses : tuple of float or None
        Of each seed; None where the method has no loss.
    best : int
        Which of the seeds is kept.
    unconverged : int
        How many of the seeds did not converge.
    best_converged : bool
        Whether the one that is kept did, or there is no telling.
    stability : Stability or None
        Of the sources, where there is more than one run.
    block : int or None
        Samples of the stretches that resampled recordings are made of.
    timing, diagnostics : dict
        Of the seeds' run; of several batches summed up, and those of the first.
    peak_bytes : int
        The largest of all processes.
    """

    sources: np.ndarray
    unmixing_matrix: np.ndarray | None
    uncertainty: np.ndarray | None
    losses: tuple[float, ...] | None
    best: int
    unconverged: int
    best_converged: bool
    stability: Stability | None
    block: int | None
    timing: dict[str, dict[str, float]]
    diagnostics: dict[str, Any]
    peak_bytes: int


def find(asked: Asked, observations: np.ndarray, launched: float) -> Found:
    """Separate observations (time, channel) from all seeds, and resampled ones.

    A method runs in processes of its own, with limits. All seeds are one batch, and so are all
    resampled recordings, as far as memory allows. `launched` is when the command began, by
    `time.monotonic`.

    Raises
    ------
    InputError
        If the method does not apply, fails, diverges or takes too long.
    """
    seeds = _of_all_batches(asked, observations, list(asked.seeds), _separate_seeds, launched)
    losses = seeds.loss
    best = 0 if losses is None else int(np.argmin(losses))
    sources = seeds.sources[best]
    if not np.isfinite(sources).all():
        raise InputError(
            f"method {asked.method!r} diverged; try --set learning_rate=0.003 or another --seed"
        )
    block = block_length(observations) if asked.bootstrap else None
    unmixing = seeds.unmixing_matrix
    judged = None
    if unmixing is None:
        if len(asked.seeds) > 1:
            judged = stability(similarities_of(seeds.sources), asked.n_sources, best)
    elif len(asked.seeds) + asked.bootstrap > 1:
        if block is not None:
            again = _of_all_batches(
                asked,
                observations,
                [(index, block) for index in range(asked.bootstrap)],
                _separate_resampled,
                time.monotonic(),
            )
            seeds.peak_bytes = max(seeds.peak_bytes, again.peak_bytes)
            unmixing = np.concatenate([unmixing, _of(again)])
        finite = np.nan_to_num(unmixing, posinf=0.0, neginf=0.0)
        judged = stability(similarities_by_unmixing(finite, observations), asked.n_sources, best)
    converged = _converged(seeds.diagnostics, len(asked.seeds))
    return Found(
        sources=sources,
        unmixing_matrix=None if seeds.unmixing_matrix is None else seeds.unmixing_matrix[best],
        uncertainty=None if seeds.uncertainty is None else seeds.uncertainty[best],
        losses=None if losses is None else tuple(losses.tolist()),
        best=best,
        unconverged=converged.count(False),
        best_converged=converged[best],
        stability=judged,
        block=block,
        timing=seeds.timing,
        diagnostics=seeds.diagnostics[0],
        peak_bytes=seeds.peak_bytes,
    )


def _of(batches: "_Batches") -> np.ndarray:
    if batches.unmixing_matrix is None:
        raise InputError("--bootstrap compares demixing matrices, and this method has none")
    return batches.unmixing_matrix


@dataclass
class _Batches:
    """What the processes of all batches answered, joined along the replicates."""

    sources: np.ndarray
    unmixing_matrix: np.ndarray | None
    uncertainty: np.ndarray | None
    loss: np.ndarray | None
    timing: dict[str, dict[str, float]]
    diagnostics: list[dict[str, Any]]
    peak_bytes: int


def _of_all_batches(
    asked: Asked,
    observations: np.ndarray,
    replicates: Sequence[Any],
    task: Callable[..., dict[str, Any]],
    launched: float,
) -> _Batches:
    """Separate `replicates`, as many at a time as memory has room for."""
    separations: list[Separation] = []
    outcomes: list[dict[str, Any]] = []
    for batch in in_batches(asked, observations, replicates):
        with TemporaryDirectory() as name:
            path = Path(name) / "separation.npz"
            arguments = (asked, observations, batch, path, launched)
            outcome = call_in_own_process(task, arguments, asked.cpu_seconds)
            if outcome["status"] != "ok":
                # Of one's own method, say: where it broke.
                sys.stderr.write(outcome.get("traceback", ""))
                raise InputError(_explanation(asked.method, outcome))
            separations.append(Separation.load(path))
        outcomes.append(outcome)
        launched = time.monotonic()
    return _Batches(
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
    """Return `replicates` in batches of what by the method's estimate fits half the free memory."""
    method = asked.load()
    room = _SHARE_OF_MEMORY * psutil.virtual_memory().available / 1e6
    size = len(replicates)
    while size > 1 and method.megabytes(asked.size(observations, size)) > room:
        size = -(-size // 2)
    return [replicates[start : start + size] for start in range(0, len(replicates), size)]


def _separate_seeds(
    asked: Asked, observations: np.ndarray, seeds: Sequence[int], path: Path, launched: float
) -> dict[str, Any]:
    """Separate from all initialisations, and return what the report says of it."""
    problem = Problem(
        observations=np.broadcast_to(observations, (len(seeds), *observations.shape)),
        n_sources=asked.n_sources,
        seeds=[
            seed_sequence(asked.root_seed, "recording", "initialisation", seed) for seed in seeds
        ],
        nonlinear=asked.nonlinear,
        device=asked.device,
    )
    return separate_and_save(asked.method, asked.load(), problem, path, launched)


def _separate_resampled(
    asked: Asked,
    observations: np.ndarray,
    draws: Sequence[tuple[int, int]],
    path: Path,
    launched: float,
) -> dict[str, Any]:
    """Separate resampled recordings; a draw is its number and the length of blocks."""
    length = len(observations)
    resampled = np.stack(
        [
            observations[
                resampled_rows(length, block, generator(asked.root_seed, "recording", "rows", draw))
            ]
            for draw, block in draws
        ]
    )
    problem = Problem(
        observations=resampled,
        n_sources=asked.n_sources,
        seeds=[seed_sequence(asked.root_seed, "recording", "resampled", draw) for draw, _ in draws],
        device=asked.device,
    )
    return separate_and_save(f"{asked.method}, resampled", asked.load(), problem, path, launched)


def _joined(arrays: list[np.ndarray | None]) -> np.ndarray | None:
    present = [array for array in arrays if array is not None]
    return np.concatenate(present) if len(present) == len(arrays) else None


def _summed(timings: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, float]]:
    return {
        phase: {clock: sum(timing[phase][clock] for timing in timings) for clock in clocks}
        for phase, clocks in timings[0].items()
    }


def _converged(diagnostics: list[dict[str, Any]], n_seeds: int) -> list[bool]:
    """Return whether each seed converged; what says nothing of it has."""
    flags: list[bool] = []
    for batch in diagnostics:
        said = batch.get("converged")
        flags += [bool(np.all(one)) for one in said] if isinstance(said, list) else []
    return flags if len(flags) == n_seeds else [True] * n_seeds


def _explanation(method: str, outcome: dict[str, Any]) -> str:
    """Return why there is no separation, and what to do."""
    does_not_apply = " does not apply" if outcome["status"] == "skipped" else ""
    advice = "; allow more by --cpu-seconds" if outcome["status"] == "timeout" else ""
    return f"method {method!r}{does_not_apply}: {outcome['reason']}{advice}"
