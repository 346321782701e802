"""Separating a user's own recording: a table of numbers in, sources, a picture and a report out."""

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bssbench.datasets.tabular import check_observations, read_observations
from bssbench.errors import InputError, NotApplicable
from bssbench.experiment.cell import timing
from bssbench.experiment.process import peak_bytes
from bssbench.experiment.progress import progress_bar
from bssbench.experiment.provenance import provenance
from bssbench.files import write_json, write_text
from bssbench.methods import Problem, load_method
from bssbench.paper.recording_picture import draw_estimates
from bssbench.paper.style import save
from bssbench.randomness import seed_sequence
from bssbench.separation import Separation

__all__ = ["OwnRecording", "separate_recording"]


@dataclass(frozen=True)
class OwnRecording:
    """What to separate, and how.

    Attributes
    ----------
    path : pathlib.Path
        CSV or NPY, rows are time.
    method : str
        The method's name.
    n_sources : int
        How many sources to find.
    seeds : tuple of int
        Initialisations, of which the one with the lowest loss is kept.
    parameters : dict
        The method's parameters.
    nonlinear : bool
        Whether the mixing is taken to be nonlinear.
    device : str
        ``cpu`` or ``cuda``.
    root_seed : int
        Another one gives other initialisations for the same seeds.
    """

    path: Path
    method: str
    n_sources: int
    seeds: tuple[int, ...] = (0,)
    parameters: dict[str, Any] = field(default_factory=dict)
    nonlinear: bool = False
    device: str = "cpu"
    root_seed: int = 0


def separate_recording(recording: OwnRecording, directory: Path, launched: float) -> None:
    """Separate and write ``sources.csv``, ``sources.png`` and ``run.json`` into `directory`.

    Parameters
    ----------
    recording : OwnRecording
        What to separate, and how.
    directory : pathlib.Path
        Where the results go.
    launched : float
        When the process began, by `time.monotonic`.

    Raises
    ------
    InputError
        If the recording or a parameter is unfit, or the method does not apply.
    """
    method = load_method(recording.method, recording.parameters)
    if method.needs_true_sources:
        raise InputError(f"method {recording.method!r} needs the true sources: it is a control")
    if recording.nonlinear and not method.can_demix_nonlinearly:
        raise InputError(f"method {recording.method!r} demixes linearly; leave --nonlinear out")
    observations = read_observations(recording.path)
    check_observations(observations, recording.n_sources, str(recording.path))
    problem = Problem(
        observations=np.broadcast_to(observations, (len(recording.seeds), *observations.shape)),
        n_sources=recording.n_sources,
        seeds=[
            seed_sequence(recording.root_seed, "recording", "initialisation", seed)
            for seed in recording.seeds
        ],
        nonlinear=recording.nonlinear,
        device=recording.device,
    )
    try:
        with progress_bar(recording.method) as progress:
            separation: Separation = method.separate(problem, progress)
    except NotApplicable as why:
        raise InputError(f"method {recording.method!r} does not apply: {why}") from None
    losses = separation.loss
    best = 0 if losses is None else int(np.argmin(losses))
    sources = separation.sources[best]
    if not np.isfinite(sources).all():
        raise InputError(
            f"method {recording.method!r} diverged; try --set learning_rate=0.003 or another --seed"
        )
    _write_sources(directory, sources, recording)
    write_json(
        directory / "run.json",
        {
            "input": str(recording.path),
            "method": recording.method,
            "n_sources": recording.n_sources,
            "nonlinear": recording.nonlinear,
            "parameters": recording.parameters,
            "chosen_seed": recording.seeds[best],
            "chosen_by": "the first: this method has no loss" if losses is None else "lowest loss",
            "initialisations": [
                {"seed": seed, "loss": _finite(None if losses is None else losses[index])}
                for index, seed in enumerate(recording.seeds)
            ],
            "unmixing_matrix": _listed(separation.unmixing_matrix, best),
            "posterior_std": _listed(separation.uncertainty, best),
            "timing": timing(separation.stopwatch, launched),
            "peak_bytes": peak_bytes(),
            "diagnostics": separation.diagnostics,
            "provenance": provenance(),
        },
    )


def _write_sources(directory: Path, sources: np.ndarray, recording: OwnRecording) -> None:
    """Write the sources as a table and as a picture."""
    header = ",".join(f"source_{index + 1}" for index in range(sources.shape[1]))
    buffer = io.StringIO()
    np.savetxt(buffer, sources, delimiter=",", fmt="%.9g", header=header, comments="")
    write_text(directory / "sources.csv", buffer.getvalue())
    title = f"{recording.path.name}: sources by {recording.method} (order, sign, scale arbitrary)"
    save(draw_estimates(sources, recording.method, title), directory / "sources.png")


def _finite(value: float | None) -> float | None:
    """Return a number that JSON can hold."""
    return float(value) if value is not None and np.isfinite(value) else None


def _listed(array: np.ndarray | None, replicate: int) -> list[Any] | None:
    """Return one replicate as nested lists."""
    return None if array is None else array[replicate].tolist()
