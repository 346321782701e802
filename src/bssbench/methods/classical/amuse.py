"""AMUSE (Tong et al., 1990): one lagged covariance, in closed form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Problem, Size
from bssbench.methods.classical._linear import lagged_covariance, separate_each
from bssbench.models.whitening import whiten
from bssbench.separation import Separation


@dataclass(frozen=True)
class Method:
    """AMUSE: eigenvectors of one lagged covariance; uses the autocorrelation at one lag alone.

    Attributes
    ----------
    lag : int
        In samples. Sources of equal autocorrelation at this lag are not told apart.
    """

    deterministic: ClassVar[bool] = True
    needs_true_sources: ClassVar[bool] = False
    can_demix_nonlinearly: ClassVar[bool] = False

    lag: int = 1

    def __post_init__(self) -> None:
        if self.lag < 1:
            raise ValueError(f"lag must be at least 1, not {self.lag}")

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        return 200 + int(size.values * 8 * 6 / 1e6)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Diagonalise each replicate's lagged covariance.

        Raises
        ------
        NotApplicable
            If the series is not longer than the lag.
        """
        length = problem.size.length
        if self.lag >= length:
            raise NotApplicable(f"a lag of {self.lag} samples in a series of {length}")

        def solve(observations: np.ndarray, seed: np.random.SeedSequence) -> np.ndarray:
            del seed
            whitened = whiten(observations[None], problem.n_sources)
            _, vectors = np.linalg.eigh(lagged_covariance(whitened.components[0], self.lag))
            return np.asarray(vectors.T @ whitened.whitening[0])

        return separate_each(problem, solve, progress)
