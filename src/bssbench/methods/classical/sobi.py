"""SOBI (Belouchrani et al., 1997): second-order blind identification."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.methods import Problem, Size
from bssbench.methods.classical._linear import lagged_covariance, separate_each
from bssbench.models.whitening import whiten
from bssbench.separation import Separation


@dataclass(frozen=True)
class Method:
    """SOBI: joint diagonalisation of lagged covariances (pyRiemann's); uses spectra alone.

    Attributes
    ----------
    lags : int
        Lagged covariances to diagonalise, from lag 1; fewer where the series is short.
    max_iterations : int
        Sweeps of the joint diagonalisation.
    tolerance : float
        Rotation that counts as none.
    """

    deterministic: ClassVar[bool] = True
    needs_true_sources: ClassVar[bool] = False
    can_demix_nonlinearly: ClassVar[bool] = False

    lags: int = 59
    max_iterations: int = 200
    tolerance: float = 1e-10

    def __post_init__(self) -> None:
        if self.lags < 1:
            raise ValueError(f"lags must be at least 1, not {self.lags}")
        if self.max_iterations < 1 or self.tolerance < 0:
            raise ValueError("max_iterations must be at least 1 and tolerance not negative")

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        return 500 + int(size.values * 8 * 6 / 1e6)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Diagonalise each replicate's lagged covariances."""
        # Imported here, and not where it is called: pyRiemann takes seconds, which are start-up.
        from bssbench.methods.classical._joint_diagonalisation import joint_rotation

        def solve(
            observations: np.ndarray, seed: np.random.SeedSequence
        ) -> tuple[np.ndarray, bool]:
            del seed
            whitened = whiten(observations[None], problem.n_sources)
            components = whitened.components[0]
            lags = min(self.lags, components.shape[1] // 2)
            covariances = np.stack([lagged_covariance(components, lag + 1) for lag in range(lags)])
            rotation, converged = joint_rotation(covariances, self.max_iterations, self.tolerance)
            return rotation @ whitened.whitening[0], converged

        return separate_each(problem, solve, progress)
