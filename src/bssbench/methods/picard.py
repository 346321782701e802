"""Picard (Ablin et al., 2018), by its authors' package."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.methods import Problem, Size
from bssbench.methods._linear import random_state, separate_each
from bssbench.separation import Separation


@dataclass(frozen=True)
class Method:
    """Picard, orthogonal and extended (python-picard): maximum-likelihood ICA, well converged.

    Attributes
    ----------
    max_iterations : int
        Where to give up.
    tolerance : float
        Gradient norm that counts as converged.
    """

    deterministic: ClassVar[bool] = False
    needs_true_sources: ClassVar[bool] = False
    can_demix_nonlinearly: ClassVar[bool] = False

    max_iterations: int = 1000
    tolerance: float = 1e-7

    def __post_init__(self) -> None:
        if self.max_iterations < 1 or self.tolerance < 0:
            raise ValueError("max_iterations must be at least 1 and tolerance not negative")

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        return 300 + int(size.values * 8 * 12 / 1e6)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Run Picard for each seed."""
        from picard import picard

        def solve(observations: np.ndarray, seed: np.random.SeedSequence) -> np.ndarray:
            whitening, rotation, _ = picard(
                observations.T,
                n_components=problem.n_sources,
                ortho=True,
                extended=True,
                max_iter=self.max_iterations,
                tol=self.tolerance,
                random_state=random_state(seed),
            )
            return np.asarray(rotation @ whitening)

        return separate_each(problem, solve, progress)
