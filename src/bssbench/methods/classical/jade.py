"""JADE (Cardoso and Souloumiac, 1993): joint diagonalisation of fourth-order cumulants."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import ClassVar

import numpy as np

from bssbench.methods import Problem, Size
from bssbench.methods.classical._linear import separate_each
from bssbench.models.whitening import whiten
from bssbench.separation import Separation


@dataclass(frozen=True)
class Method:
    """JADE: joint diagonalisation of cumulant matrices (pyRiemann's); uses kurtosis alone.

    Attributes
    ----------
    max_iterations : int
        Sweeps of the joint diagonalisation.
    tolerance : float
        Rotation that counts as none.
    """

    deterministic: ClassVar[bool] = True
    needs_true_sources: ClassVar[bool] = False
    can_demix_nonlinearly: ClassVar[bool] = False

    max_iterations: int = 200
    tolerance: float = 1e-10

    def __post_init__(self) -> None:
        if self.max_iterations < 1 or self.tolerance < 0:
            raise ValueError("max_iterations must be at least 1 and tolerance not negative")

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        # n (n + 1) / 2 matrices of n², a few times over.
        matrices = size.n_sources**4
        return 500 + int((size.values * 6 + matrices * 4) * 8 / 1e6)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Diagonalise each replicate's cumulant matrices."""
        # Imported here, and not where it is called: pyRiemann takes seconds, which are start-up.
        from bssbench.methods.classical._joint_diagonalisation import joint_rotation

        def solve(
            observations: np.ndarray, seed: np.random.SeedSequence
        ) -> tuple[np.ndarray, bool]:
            del seed
            whitened = whiten(observations[None], problem.n_sources)
            matrices = _cumulant_matrices(whitened.components[0])
            rotation, converged = joint_rotation(matrices, self.max_iterations, self.tolerance)
            return rotation @ whitened.whitening[0], converged

        return separate_each(problem, solve, progress)


def _cumulant_matrices(components: np.ndarray) -> np.ndarray:
    """Return the cumulant matrices of an orthonormal basis of the symmetric matrices.

    Of white components z and a symmetric matrix M it is

        Q(M)_ij = Σ_kl cum(z_i, z_j, z_k, z_l) M_kl = E[(zᵀ M z) z zᵀ] − tr(M) I − 2 M.

    Diagonalising those of any such basis leaves the same sum of squared cross-cumulants
    cum(z_i, z_j, z_k, z_l), i ≠ j, as that of the eigenmatrices, which save work for many sources.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (component, time), white.

    Returns
    -------
    numpy.ndarray
        Shape (matrix, component, component).
    """
    n_components, length = components.shape
    identity = np.eye(n_components)
    matrices = []
    for k, m in combinations_with_replacement(range(n_components), 2):
        basis = np.outer(identity[k], identity[m])
        basis = (basis + basis.T) / (2.0 if k == m else np.sqrt(2.0))
        weights = (components * (basis @ components)).sum(axis=0)
        moment = (components * weights) @ components.T / length
        matrices.append(moment - np.trace(basis) * identity - 2.0 * basis)
    return np.stack(matrices)
