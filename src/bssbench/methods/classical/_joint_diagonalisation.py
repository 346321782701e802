"""Joint diagonalisation by Jacobi rotations (Cardoso and Souloumiac, 1996)."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._base import LinearMethod, Replicate, Solution
from bssbench.methods.classical._jacobi import diagonalise
from bssbench.parameters import parameter


@dataclass(frozen=True)
class JointDiagonalisation(LinearMethod):
    """The rotation that makes matrices as diagonal as they can be together.

    Attributes
    ----------
    max_iterations : int
        Sweeps over all pairs of components.
    tolerance : float
        Sine of the largest rotation that counts as none.
    """

    deterministic = True

    max_iterations: int = parameter(
        200, "chosen by us, not tuned: enough to reach the tolerance", at_least=1
    )
    tolerance: float = parameter(
        1e-10, "chosen by us, not tuned: stricter than pyRiemann's default of 1e-8", at_least=0
    )

    @abstractmethod
    def matrices(self, components: np.ndarray) -> np.ndarray:
        """Return symmetric matrices (matrix, component, component) of white (component, time)."""

    def solve(self, replicate: Replicate) -> Solution:
        """Rotate; a further sweep would rotate no pair if that has converged."""
        matrices = self.matrices(replicate.components)
        rotation, diagonalised, sweeps = diagonalise(matrices, self.max_iterations, self.tolerance)
        further, _, _ = diagonalise(diagonalised, 1, self.tolerance)
        return Solution(
            rotation.T @ replicate.whitening,
            np.array_equal(further, np.eye(len(further))),
            iterations=sweeps if replicate.keep else None,
        )
