"""What the linear methods that loop over seeds share."""

import warnings
from collections.abc import Callable

import numpy as np

from bssbench.methods import Problem
from bssbench.models.whitening import whiten
from bssbench.separation import Separation, Stopwatch

__all__ = ["demixed", "lagged_covariance", "random_state", "separate_each"]

Solver = Callable[[np.ndarray, np.random.SeedSequence], np.ndarray | tuple[np.ndarray, bool]]
"""From observations (time, channel) and a seed to an unmixing matrix (source, channel).

An iterative solver says beside it whether it converged.
"""


def random_state(seed: np.random.SeedSequence) -> int:
    """Return an integer seed for libraries that take no generator."""
    return int(seed.generate_state(1)[0])


def demixed(observations: np.ndarray, unmixing_matrix: np.ndarray) -> np.ndarray:
    """Apply unmixing matrices (replicate, source, channel) to centred observations."""
    centred = observations - observations.mean(axis=1, keepdims=True)
    return centred @ np.swapaxes(unmixing_matrix, 1, 2)


def lagged_covariance(components: np.ndarray, lag: int) -> np.ndarray:
    """Return the symmetric part of the covariance at `lag` of components (component, time)."""
    covariance = components[:, :-lag] @ components[:, lag:].T / (components.shape[1] - lag)
    return 0.5 * (covariance + covariance.T)


def separate_each(
    problem: Problem, solve: Solver, progress: Callable[[int, int], None] | None = None
) -> Separation:
    """Solve one seed after the other; say which converged, and pass a library's warnings on.

    What is computed in closed form counts as converged.

    Parameters
    ----------
    problem : Problem
        Observations and seeds.
    solve : callable
        Solves one replicate.
    progress : callable, optional
        Called with (seeds done, seeds in all).
    """
    stopwatch = Stopwatch()
    stopwatch.lap("warm_up")
    # Refuses dependent channels, of which some libraries make sources out of rounding errors.
    whiten(problem.observations, problem.n_sources)
    matrices, converged = [], []
    messages: dict[str, list[str]] = {}
    for index, (observations, seed) in enumerate(
        zip(problem.observations, problem.seeds, strict=True)
    ):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            solved = solve(observations, seed)
        matrix, settled = solved if isinstance(solved, tuple) else (solved, True)
        matrices.append(matrix)
        converged.append(bool(settled))
        if caught:
            messages[str(index)] = sorted({str(warning.message) for warning in caught})
        if progress:
            progress(index + 1, len(problem.seeds))
    unmixing_matrix = np.stack(matrices)
    sources = demixed(problem.observations, unmixing_matrix)
    stopwatch.lap("solve")
    return Separation(
        sources=sources,
        unmixing_matrix=unmixing_matrix,
        diagnostics={"converged": converged, "warnings_of_replicates": messages},
        stopwatch=stopwatch,
    )
