"""FastICA (Hyvärinen, 1999), by scikit-learn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.methods import Problem, Size
from bssbench.methods.classical._linear import random_state, separate_each
from bssbench.separation import Separation


@dataclass(frozen=True)
class Method:
    """FastICA, parallel, log cosh contrast (scikit-learn): uses non-Gaussianity alone.

    Attributes
    ----------
    max_iterations : int
        Where to give up.
    tolerance : float
        Change of the unmixing matrix that counts as converged.
    """

    deterministic: ClassVar[bool] = False
    needs_true_sources: ClassVar[bool] = False
    can_demix_nonlinearly: ClassVar[bool] = False

    max_iterations: int = 1000
    tolerance: float = 1e-5

    def __post_init__(self) -> None:
        if self.max_iterations < 1 or self.tolerance < 0:
            raise ValueError("max_iterations must be at least 1 and tolerance not negative")

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        return 300 + int(size.values * 8 * 6 / 1e6)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Run FastICA for each seed."""
        from sklearn.decomposition import FastICA

        def solve(
            observations: np.ndarray, seed: np.random.SeedSequence
        ) -> tuple[np.ndarray, bool]:
            estimator = FastICA(
                problem.n_sources,
                whiten="unit-variance",
                max_iter=self.max_iterations,
                tol=self.tolerance,
                random_state=random_state(seed),
            )
            estimator.fit(observations)
            # Converging in the very last iteration looks the same as giving up, and counts as that.
            converged = estimator.n_iter_ < self.max_iterations
            return np.asarray(estimator.components_), converged

        return separate_each(problem, solve, progress)
