"""Separating a user's own recording: a table of numbers in, sources, a picture and a report out."""

import io
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from bssbench.datasets.tabular import check_observations, read_observations
from bssbench.errors import InputError
from bssbench.experiment.cell import separate_and_save
from bssbench.experiment.process import call_in_own_process
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
    method, parameters : str, dict
        The method's name; its parameters.
    n_sources : int
        How many sources to find.
    seeds : tuple of int
        Initialisations, of which the one with the lowest loss is kept.
    nonlinear : bool
        Whether the mixing is taken to be nonlinear.
    device : str
        ``cpu`` or ``cuda``.
    root_seed : int
        Another one gives other initialisations for the same seeds.
    cpu_seconds : int
        Limit of the process's CPU time.
    """

    path: Path
    method: str
    n_sources: int
    seeds: tuple[int, ...] = (0,)
    parameters: dict[str, Any] = field(default_factory=dict)
    nonlinear: bool = False
    device: str = "cpu"
    root_seed: int = 0
    cpu_seconds: int = 7200


def separate_recording(recording: OwnRecording, directory: Path, launched: float) -> None:
    """Separate and write ``sources.csv``, ``sources.png`` and ``run.json`` into `directory`.

    The method runs in a process of its own, with the limits of a cell. Without a separation nothing
    is written. `launched` is when the command began, by `time.monotonic`.

    Raises
    ------
    InputError
        If the recording or a parameter is unfit, or the method does not apply, fails or takes too
        long.
    """
    method = load_method(recording.method, recording.parameters)
    if method.needs_true_sources:
        raise InputError(f"method {recording.method!r} needs the true sources: it is a control")
    if recording.nonlinear and not method.can_demix_nonlinearly:
        raise InputError(f"method {recording.method!r} demixes linearly; leave --nonlinear out")
    observations = read_observations(recording.path)
    check_observations(observations, recording.n_sources, str(recording.path))
    with TemporaryDirectory() as name:
        path = Path(name) / "separation.npz"
        arguments = (recording, observations, path, launched)
        outcome = call_in_own_process(_separate, arguments, recording.cpu_seconds)
        if outcome["status"] != "ok":
            # Of one's own method, say: where it broke.
            sys.stderr.write(outcome.get("traceback", ""))
            raise InputError(_explanation(recording.method, outcome))
        separation = Separation.load(path)
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
            "timing": outcome["timing"],
            "peak_bytes": outcome["peak_bytes"],
            "diagnostics": outcome["diagnostics"],
            "provenance": provenance(),
        },
    )


def _separate(
    recording: OwnRecording, observations: np.ndarray, path: Path, launched: float
) -> dict[str, Any]:
    """Separate from all initialisations, and return what the report says of it."""
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
    method = load_method(recording.method, recording.parameters)
    return separate_and_save(recording.method, method, problem, path, launched)


def _explanation(method: str, outcome: dict[str, Any]) -> str:
    """Return why there is no separation, and what to do."""
    does_not_apply = " does not apply" if outcome["status"] == "skipped" else ""
    advice = "; allow more by --cpu-seconds" if outcome["status"] == "timeout" else ""
    return f"method {method!r}{does_not_apply}: {outcome['reason']}{advice}"


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
