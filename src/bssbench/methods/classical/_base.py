"""What the classical methods share: each replicate's unmixing matrix, one after the other."""

import warnings
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bssbench.methods import Problem, SeparationMethod, Size
from bssbench.models.whitening import whiten
from bssbench.separation import Kept, Separation, Stopwatch

__all__ = [
    "ClassicalMethod",
    "LinearMethod",
    "Replicate",
    "Solution",
    "demixed",
    "lagged_covariance",
]


@dataclass(frozen=True)
class Replicate:
    """One replicate of a problem.

    Attributes
    ----------
    observations : numpy.ndarray
        Shape (time, channel).
    components : numpy.ndarray
        Shape (component, time): as many as there are sources, white.
    whitening : numpy.ndarray
        Shape (component, channel): components = whitening · (observations − mean).
    seed : numpy.random.SeedSequence
        The only source of randomness.
    keep : bool
        Whether to say how it was solved, beside the solution.
    """

    observations: np.ndarray
    components: np.ndarray
    whitening: np.ndarray
    seed: np.random.SeedSequence
    keep: bool = False

    @property
    def random_state(self) -> int:
        """An integer seed for libraries that take no generator."""
        return int(self.seed.generate_state(1)[0])


@dataclass(frozen=True)
class Solution:
    """The unmixing of one replicate.

    Attributes
    ----------
    unmixing_matrix : numpy.ndarray
        Shape (source, channel).
    converged : bool
        Whether the method converged; what is computed in closed form has.
    losses : tuple of float
        What the method lowers, of each start; empty where it has no such thing.
    iterations : int or None
        How many it took; None where a library does not say.
    """

    unmixing_matrix: np.ndarray
    converged: bool
    losses: tuple[float, ...] = ()
    iterations: int | None = None


@dataclass(frozen=True)
class LinearMethod(SeparationMethod):
    """A linear method that solves one replicate after the other; a subclass provides `solve`."""

    @abstractmethod
    def solve(self, replicate: Replicate) -> Solution:
        """Find the sources of one replicate."""

    def start(self, size: Size) -> None:
        """Import what takes time, which is start-up, and object to a size.

        Raises
        ------
        NotApplicable
            If the method has no meaning at this size.
        """

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Solve each seed; say which converged, and pass a library's warnings on."""
        self.start(problem.size)
        stopwatch = Stopwatch()
        stopwatch.lap("warm_up")
        # Rejects dependent channels, of which some libraries make sources out of rounding errors.
        whitened = whiten(problem.observations, problem.n_sources)
        replicates = zip(
            problem.observations,
            whitened.components,
            whitened.whitening,
            problem.seeds,
            strict=True,
        )
        solved = []
        messages: dict[str, list[str]] = {}
        for index, parts in enumerate(replicates):
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                solved.append(self.solve(Replicate(*parts, keep=problem.keep)))
            if caught:
                messages[str(index)] = sorted({str(warning.message) for warning in caught})
            if progress:
                progress(index + 1, len(problem.seeds))
        unmixing_matrix = np.stack([solution.unmixing_matrix for solution in solved])
        sources = demixed(problem.observations, unmixing_matrix)
        stopwatch.lap("solve")
        diagnostics: dict[str, Any] = {
            "converged": [bool(solution.converged) for solution in solved],
            "warnings_of_replicates": messages,
        }
        losses = np.array([solution.losses for solution in solved])
        if losses.size:
            diagnostics["losses_of_restarts"] = [
                [loss if np.isfinite(loss) else None for loss in row] for row in losses.tolist()
            ]
        return Separation(
            sources=sources,
            unmixing_matrix=unmixing_matrix,
            loss=losses.min(axis=1) if losses.size else None,
            diagnostics=diagnostics,
            stopwatch=stopwatch,
            kept=tuple(Kept(solution.iterations) for solution in solved),
        )


@dataclass(frozen=True)
class ClassicalMethod(LinearMethod):
    """One that has nothing to choose between starts by; a subclass provides `unmix`."""

    @abstractmethod
    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Find the sources of one replicate.

        Returns
        -------
        unmixing_matrix : numpy.ndarray
            Shape (source, channel).
        converged : bool
            Whether the method converged; what is computed in closed form has.
        """

    def solve(self, replicate: Replicate) -> Solution:
        """Find the sources of one replicate."""
        return Solution(*self.unmix(replicate))


def demixed(observations: np.ndarray, unmixing_matrix: np.ndarray) -> np.ndarray:
    """Apply unmixing matrices (replicate, source, channel) to centred observations."""
    centred = observations - observations.mean(axis=1, keepdims=True)
    return centred @ np.swapaxes(unmixing_matrix, 1, 2)


def lagged_covariance(components: np.ndarray, lag: int) -> np.ndarray:
    """Return the symmetric part of the covariance at `lag` of components (component, time)."""
    covariance = components[:, :-lag] @ components[:, lag:].T / (components.shape[1] - lag)
    return 0.5 * (covariance + covariance.T)
