"""The runs of one method on a recording: from several seeds, and on bootstrap resamples."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.errors import InputError
from bssbench.experiment.cell import separate_and_save
from bssbench.methods import Problem
from bssbench.randomness import generator, seed_sequence
from bssbench.recording.asked import Asked
from bssbench.recording.batches import Batches, separate_in_batches
from bssbench.recording.resampling import block_length, resampled_rows
from bssbench.recording.stability import (
    Stability,
    similarities_by_unmixing,
    similarities_of,
    stability,
)

__all__ = ["Found", "find"]


@dataclass(frozen=True)
class Found:
    """The output of the runs of a method.

    Attributes
    ----------
    sources : numpy.ndarray
        Shape (time, source), of the seed that is kept, in the order and scale of the method.
    unmixing_matrix : numpy.ndarray or None
        Shape (source, channel), for the prepared observations.
    uncertainty : numpy.ndarray or None
        Shape (source,), posterior standard deviations.
    losses : tuple of float or None
        Loss of each seed; None if the method has no loss.
    best : int
        Index of the seed that is kept.
    unconverged : int
        Number of seeds that did not converge.
    best_converged : bool
        Whether the seed that is kept converged; True if the method does not report this.
    stability : Stability or None
        Stability of the sources; None after a single run.
    block : int or None
        Length of the blocks of the bootstrap, in samples.
    timing, diagnostics : dict
        Of the runs from all seeds: times summed over batches, and diagnostics of the first batch.
    peak_bytes : int
        Peak memory, the largest of all processes.
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
    """Separate observations (time, channel) from all seeds, and resamples of them.

    The method runs in separate processes with limits. All seeds are one batch, and so are all
    resamples, if memory allows. `launched` is the time when the command started, from
    `time.monotonic`.

    Raises
    ------
    InputError
        If the method does not apply, fails, diverges or takes too long.
    """
    seeds = separate_in_batches(asked, observations, list(asked.seeds), _separate_seeds, launched)
    losses = seeds.loss
    best = 0 if losses is None else int(np.argmin(losses))
    sources = seeds.sources[best]
    if not np.isfinite(sources).all():
        raise InputError(
            f"method {asked.method!r} diverged; try --set learning_rate=0.003 or another --seed"
        )
    unmixing = seeds.unmixing_matrix
    if unmixing is None and asked.bootstrap:
        raise InputError(
            f"method {asked.method!r} has no unmixing matrix to compare; omit --bootstrap"
        )
    block = block_length(observations) if asked.bootstrap else None
    judged = None
    if unmixing is None:
        if len(asked.seeds) > 1:
            # Zeros make a run that diverged unlike all others.
            finite = np.nan_to_num(seeds.sources, posinf=0.0, neginf=0.0)
            judged = stability(similarities_of(finite), asked.n_sources, best)
    elif len(asked.seeds) + asked.bootstrap > 1:
        if block is not None:
            again = _resampled(asked, observations, block)
            seeds.peak_bytes = max(seeds.peak_bytes, again.peak_bytes)
            if again.unmixing_matrix is not None:
                unmixing = np.concatenate([unmixing, again.unmixing_matrix])
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


def _resampled(asked: Asked, observations: np.ndarray, block: int) -> Batches:
    """Separate bootstrap resamples of the recording."""
    draws = [(index, block) for index in range(asked.bootstrap)]
    try:
        return separate_in_batches(
            asked, observations, draws, _separate_resampled, time.monotonic()
        )
    except InputError as error:
        raise InputError(f"bootstrap resamples: {error}; omit --bootstrap") from None


def _separate_seeds(
    asked: Asked, observations: np.ndarray, seeds: Sequence[int], path: Path, launched: float
) -> dict[str, Any]:
    """Separate from all initialisations, and return the outcome."""
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
    """Separate resamples; a draw is a pair of its index and the block length."""
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


def _converged(diagnostics: list[dict[str, Any]], n_seeds: int) -> list[bool]:
    """Return whether each seed converged; True if the method does not report it."""
    flags: list[bool] = []
    for batch in diagnostics:
        reported = batch.get("converged")
        flags += [bool(np.all(one)) for one in reported] if isinstance(reported, list) else []
    return flags if len(flags) == n_seeds else [True] * n_seeds
