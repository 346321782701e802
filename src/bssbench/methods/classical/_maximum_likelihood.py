"""What `picard` and `infomax` share: maximum-likelihood ICA by python-picard."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.methods import Problem, Size
from bssbench.methods.classical._linear import random_state, separate_each
from bssbench.separation import Separation

__all__ = ["MaximumLikelihoodMethod"]


@dataclass(frozen=True)
class MaximumLikelihoodMethod:
    """Extended maximum-likelihood ICA: a density for heavy tails or light ones for each source.

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
    orthogonal: ClassVar[bool]
    """Whether the sources are kept uncorrelated."""
    first_iterations: ClassVar[int | None] = None
    """Iterations of FastICA to start from; without them a random rotation is where it starts."""

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
        """Maximise the likelihood for each seed."""
        from picard import picard

        def solve(
            observations: np.ndarray, seed: np.random.SeedSequence
        ) -> tuple[np.ndarray, bool]:
            whitening, unmixing, _, iterations = picard(
                observations.T,
                n_components=problem.n_sources,
                ortho=self.orthogonal,
                extended=True,
                max_iter=self.max_iterations,
                tol=self.tolerance,
                random_state=random_state(seed),
                fastica_it=self.first_iterations,
                return_n_iter=True,
            )
            # It counts from 0. Converging in the very last iteration looks the same as giving up.
            return np.asarray(unmixing @ whitening), iterations < self.max_iterations - 1

        return separate_each(problem, solve, progress)
