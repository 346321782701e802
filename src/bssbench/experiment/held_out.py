"""Evaluate a candidate configuration by its objective on held-out time.

True sources are not used: they are removed before the training process starts.
"""

import sys
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from bssbench.datasets.catalogue import dataset_module, dataset_shape, make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError
from bssbench.experiment.demand import expected_seconds, peak_megabytes
from bssbench.experiment.problem import make_problem
from bssbench.experiment.process import call_in_own_process
from bssbench.methods import load_method, method_modules
from bssbench.scores.held_out import HeldOutRow

__all__ = ["Candidate", "measure"]


@dataclass(frozen=True)
class Candidate:
    """A configuration of a method on a data set, to be compared with others.

    Attributes
    ----------
    choice : str
        Description of the choice.
    method, dataset : str
        The method and the data set's id.
    seeds : tuple of int
        Development seeds.
    parameters : dict of str to object
        Parameters of the method.
    cpu_seconds : int
        Limit of the CPU time of all seeds together, including start-up.

    Raises
    ------
    InputError
        If the method, a parameter or the data set is unknown, or if the method has no objective on
        held-out time.
    """

    choice: str
    method: str
    dataset: str
    seeds: tuple[int, ...]
    parameters: dict[str, Any] = field(default_factory=dict)
    cpu_seconds: int = 900

    def __post_init__(self) -> None:
        method = load_method(self.method, self.parameters)
        if not method.has_held_out_objective:
            raise InputError(f"method {self.method!r} has no objective on held-out time")
        if self.cpu_seconds < 1:
            raise InputError(f"--cpu-seconds must be at least 1, not {self.cpu_seconds}")
        dataset_shape(self.dataset, {})

    @property
    def modules(self) -> tuple[str, ...]:
        """Dotted names of the modules of the method and of the data set."""
        return (*method_modules(self.method, self.parameters), dataset_module(self.dataset))

    @property
    def words(self) -> str:
        """The parameters as ``key=value``."""
        return " ".join(f"{key}={value}" for key, value in self.parameters.items())

    def megabytes(self) -> int:
        """Return an upper estimate of the peak memory.

        Returns
        -------
        int
            Megabytes.
        """
        shape = dataset_shape(self.dataset, {})
        return peak_megabytes(self.method, self.parameters, shape, len(self.seeds))

    def seconds(self) -> int:
        """Return a rough estimate of the CPU time.

        Returns
        -------
        int
            Seconds.
        """
        shape = dataset_shape(self.dataset, {})
        return expected_seconds(self.method, self.parameters, shape, len(self.seeds))


def measure(candidate: Candidate, root_seed: int = 0) -> list[HeldOutRow]:
    """Train on the first four fifths of the series and evaluate on the rest.

    Parameters
    ----------
    candidate : Candidate
        The candidate.
    root_seed : int, default=0
        The experiment's seed.

    Returns
    -------
    list of HeldOutRow
        A row for each seed.
    """
    dataset = make_dataset(candidate.dataset, candidate.seeds, {}, root_seed)
    outcome: dict[str, Any] = {"status": "skipped", "reason": dataset.unavailable}
    if not dataset.unavailable:
        arguments = (candidate, _without_truth(dataset), root_seed)
        outcome = call_in_own_process(_held_out, arguments, candidate.cpu_seconds)
    sys.stderr.write(outcome.get("traceback", ""))
    status, reason = outcome["status"], outcome["reason"]
    rows = []
    for seed, objective in zip(
        candidate.seeds, outcome.get("objectives", [None] * len(candidate.seeds)), strict=True
    ):
        # JSON has no NaN, so that an objective that is not finite is None.
        diverged = status == "ok" and objective is None
        rows.append(
            HeldOutRow(
                choice=candidate.choice,
                dataset=candidate.dataset,
                method=candidate.method,
                parameters=candidate.words,
                seed=seed,
                objective=objective,
                status="failed" if diverged else status,
                reason="the objective is not finite: it diverged" if diverged else reason,
            )
        )
    return rows


def _without_truth(dataset: Dataset) -> Dataset:
    """Return the data set without any information on the sources."""
    return replace(
        dataset,
        sources=None,
        mixing_matrix=None,
        reference_frequencies=(),
        reference_signals=None,
        reference_names=(),
        parameters={},
    )


def _held_out(candidate: Candidate, dataset: Dataset, root_seed: int) -> dict[str, Any]:
    """Return each seed's objective on held-out time."""
    method = load_method(candidate.method, candidate.parameters)
    objectives = method.held_out(make_problem(dataset, method, len(dataset.seeds), root_seed))
    expected = (len(dataset.seeds),)
    if objectives.shape != expected:
        raise ValueError(f"objectives of shape {objectives.shape} instead of {expected}")
    return {"objectives": [float(value) if np.isfinite(value) else None for value in objectives]}
