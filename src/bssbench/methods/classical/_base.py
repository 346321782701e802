"""Shared base of the classical methods, which estimate one unmixing matrix per replicate."""

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
        Shape (component, time). Whitened, as many as there are sources.
    whitening : numpy.ndarray
        Shape (component, channel), with components = whitening · (observations − mean).
    seed : numpy.random.SeedSequence
        Seed of all random draws.
    keep : bool
        Whether to report details of the solution, such as the number of iterations.
    """

    observations: np.ndarray
    components: np.ndarray
    whitening: np.ndarray
    seed: np.random.SeedSequence
    keep: bool = False

    @property
    def random_state(self) -> int:
        """Integer seed for libraries that do not accept a generator."""
        return int(self.seed.generate_state(1)[0])


@dataclass(frozen=True)
class Solution:
    """The unmixing of one replicate.

    Attributes
    ----------
    unmixing_matrix : numpy.ndarray
        Shape (source, channel).
    converged : bool
        Whether the method converged; True for a closed-form solution.
    losses : tuple of float
        The minimised loss of each restart; empty if the method has none.
    iterations : int or None
        Number of iterations; None if the library does not report it.
    """

    unmixing_matrix: np.ndarray
    converged: bool
    losses: tuple[float, ...] = ()
    iterations: int | None = None


@dataclass(frozen=True)
class LinearMethod(SeparationMethod):
    """Linear method that solves the replicates one by one; a subclass provides `solve`."""

    @abstractmethod
    def solve(self, replicate: Replicate) -> Solution:
        """Estimate the unmixing matrix of one replicate.

        Parameters
        ----------
        replicate : Replicate
            Observations, whitened components and seed.

        Returns
        -------
        Solution
            The unmixing matrix, with convergence and losses.
        """

    def start(self, size: Size) -> None:
        """Import slow libraries, so that they count as start-up, and check the size.

        Parameters
        ----------
        size : Size
            The size of the problem.

        Raises
        ------
        NotApplicable
            If the method does not apply to a problem of this size.
        """

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Solve each replicate; record which converged and the warnings of libraries."""
        self.start(problem.size)
        stopwatch = Stopwatch()
        stopwatch.lap("warm_up")
        # Rejects linearly dependent channels: from these, some libraries return sources that are
        # rounding errors.
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
    """Linear method without restarts; a subclass provides `unmix`."""

    @abstractmethod
    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Estimate the unmixing matrix of one replicate.

        Parameters
        ----------
        replicate : Replicate
            Observations, whitened components and seed.

        Returns
        -------
        unmixing_matrix : numpy.ndarray
            Shape (source, channel).
        converged : bool
            Whether the method converged; True for a closed-form solution.
        """

    def solve(self, replicate: Replicate) -> Solution:
        """Return the result of `unmix` as a solution without losses."""
        return Solution(*self.unmix(replicate))


def demixed(observations: np.ndarray, unmixing_matrix: np.ndarray) -> np.ndarray:
    """Apply unmixing matrices (replicate, source, channel) to centred observations."""
    centred = observations - observations.mean(axis=1, keepdims=True)
    return centred @ np.swapaxes(unmixing_matrix, 1, 2)


def lagged_covariance(components: np.ndarray, lag: int) -> np.ndarray:
    """Return the symmetric part of the covariance at `lag` of components (component, time)."""
    covariance = components[:, :-lag] @ components[:, lag:].T / (components.shape[1] - lag)
    return 0.5 * (covariance + covariance.T)
