"""Comparison of all methods on a recording whose true sources are unknown."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import psutil

from bssbench.errors import InputError, MachineError
from bssbench.experiment.named_methods import computes_on_devices
from bssbench.experiment.process import call_in_own_process
from bssbench.methods import Problem, load_method
from bssbench.randomness import seed_sequence
from bssbench.recording.asked import Asked
from bssbench.recording.method_choice import applicable_methods
from bssbench.recording.result import Result, result_of
from bssbench.recording.runs import find
from bssbench.recording.stability import TRUSTED
from bssbench.recording.understanding import Understood

__all__ = [
    "AGREEING",
    "RULE",
    "Entry",
    "agreement_of",
    "candidates",
    "recommended",
    "too_large",
    "try_method",
    "with_others",
]

AGREEING = 0.95
"""Two methods find the same sources if their mean |correlation| is at least this. One in twenty
random rotations of three sources reaches it."""

RULE = (
    "The recommended method is the one that agrees best with the others: the median over the other "
    "methods of the mean |correlation| of matched sources is highest. It must have converged, all "
    f"of its sources must be stable (I_q of at least {TRUSTED}) if stability was measured, and the "
    f"median must be at least {AGREEING}. With fewer than three methods, none is recommended."
)

_MOST_SAMPLES = 20_000


@dataclass(frozen=True)
class Entry:
    """The outcome of one method.

    Attributes
    ----------
    method : str
        Its name.
    status : str
        ``ok``, ``failed`` or ``left out``.
    reason : str
        Why there is no result, or warnings about it.
    sources : numpy.ndarray or None
        Shape (time, source), arranged, at most 20,000 samples spread over the recording.
    lowest_quality : float or None
        ICASSO's I_q of the least stable source, if there was more than one run.
    converged : bool or None
        Whether the method converged.
    held_out : float or None
        Objective on the last fifth of the time, in nats per time point; lower is better.
    seconds : float or None
        Wall time of all runs.
    """

    method: str
    status: str
    reason: str = ""
    sources: np.ndarray | None = None
    lowest_quality: float | None = None
    converged: bool | None = None
    held_out: float | None = None
    seconds: float | None = None


def candidates(asked: Asked, restarts: int | None) -> list[Asked]:
    """Return the settings for each method that applies.

    Parameters
    ----------
    asked : Asked
        Settings for all methods; each method gets those it uses.
    restarts : int or None
        Initialisations per seed, for methods with this parameter.
    """
    found = []
    for name in applicable_methods(asked.nonlinear):
        method = load_method(name, {})
        has_restarts = restarts is not None and hasattr(method, "restarts")
        found.append(
            replace(
                asked,
                method=name,
                parameters={"restarts": restarts} if has_restarts else {},
                seeds=asked.seeds[:1] if method.deterministic else asked.seeds,
                device=asked.device if computes_on_devices(method) else "cpu",
            )
        )
    return found


def too_large(asked: Asked, observations: np.ndarray) -> str:
    """Return why a method exceeds its limits, or ``""``."""
    method = asked.load()
    seconds = method.seconds(asked.size(observations, len(asked.seeds)))
    if asked.bootstrap:
        seconds = max(seconds, method.seconds(asked.size(observations, asked.bootstrap)))
    if seconds > asked.cpu_seconds:
        return (
            f"needs about {seconds} s of CPU time, more than {asked.cpu_seconds} s; raise "
            "--cpu-seconds"
        )
    megabytes = method.megabytes(asked.size(observations))
    available = psutil.virtual_memory().available / 1e6
    if megabytes > available:
        return f"needs up to {megabytes} MB of memory, and {available:.0f} MB are free"
    return ""


def try_method(understood: Understood, asked: Asked) -> tuple[Entry, Result | None]:
    """Separate by one method, unless it exceeds its limits, and return the outcome.

    Raises
    ------
    MachineError
        If this machine lacks something that the separation needs.
    """
    observations = understood.prepared.observations
    reason = too_large(asked, observations)
    if reason:
        return Entry(asked.method, "left out", reason), None
    began = time.monotonic()
    try:
        result = result_of(understood, asked, find(asked, observations, began))
    except MachineError:
        raise
    except InputError as error:
        status = "left out" if "does not apply" in str(error) else "failed"
        return Entry(asked.method, status, str(error)), None
    judged = result.stability
    entry = Entry(
        asked.method,
        "ok",
        reason="; ".join(result.warnings),
        sources=result.arranged.sources[:: -(-len(observations) // _MOST_SAMPLES)],
        lowest_quality=None if judged is None else float(judged.quality.min()),
        converged=result.found.best_converged,
        held_out=_held_out_objective(asked, observations),
        seconds=time.monotonic() - began,
    )
    return entry, result


def _held_out_objective(asked: Asked, observations: np.ndarray) -> float | None:
    """Return the objective of the first seed on held-out time, or None if the method has none."""
    if not asked.load().has_held_out_objective:
        return None
    outcome = call_in_own_process(_held_out, (asked, observations), asked.cpu_seconds)
    value = outcome.get("objective")
    return float(value) if value is not None else None


def _held_out(asked: Asked, observations: np.ndarray) -> dict[str, Any]:
    """Compute the objective; called in a separate process."""
    method: Any = asked.load()
    problem = Problem(
        observations=observations[None],
        n_sources=asked.n_sources,
        seeds=[seed_sequence(asked.root_seed, "recording", "initialisation", asked.seeds[0])],
        nonlinear=asked.nonlinear,
        device=asked.device,
    )
    (objective,) = method.held_out(problem)
    return {"objective": float(objective) if np.isfinite(objective) else None}


def agreement_of(entries: Sequence[Entry]) -> np.ndarray:
    """Return the mean |correlation| of matched sources between methods, shape (method, method)."""
    # Imported here: it imports scipy.stats, which a single method does not need.
    from bssbench.scores.measures.matching import mean_correlation

    agreement = np.eye(len(entries))
    for first in range(len(entries)):
        for second in range(first):
            one, other = entries[first].sources, entries[second].sources
            if one is None or other is None:
                raise ValueError("every entry must have sources")
            agreement[first, second] = agreement[second, first] = mean_correlation(one, other)
    return agreement


def with_others(agreement: np.ndarray) -> np.ndarray:
    """Return each method's median agreement (method, method) with the others, shape (method,)."""
    if len(agreement) < 2:
        return np.full(len(agreement), np.nan)
    others = ~np.eye(len(agreement), dtype=bool)
    return np.array([np.median(row[mask]) for row, mask in zip(agreement, others, strict=True)])


def recommended(entries: Sequence[Entry], agreement: np.ndarray) -> str | None:
    """Return the method that `RULE` recommends, or None.

    `agreement` has shape (entry, entry); all entries must have sources.
    """
    if len(entries) < 3:
        return None
    medians = with_others(agreement)
    fit = [
        bool(entry.converged)
        and (entry.lowest_quality is None or entry.lowest_quality >= TRUSTED)
        and median >= AGREEING
        for entry, median in zip(entries, medians, strict=True)
    ]
    if not any(fit):
        return None
    return entries[int(np.argmax(np.where(fit, medians, -1.0)))].method
