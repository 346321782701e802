"""Joint diagonalisation by Jacobi rotations (Cardoso and Souloumiac, 1996), by pyRiemann."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.parameters import parameter


@dataclass(frozen=True)
class JointDiagonalisation(ClassicalMethod):
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

    def start(self, size: Size) -> None:
        """Import pyRiemann, which takes seconds."""
        import pyriemann.geometry.ajd  # noqa: F401

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Rotate; a further sweep would rotate no pair if that has converged."""
        from pyriemann.geometry.ajd import rjd

        matrices = self.matrices(replicate.components)
        rotation, diagonalised = rjd(matrices, n_iter_max=self.max_iterations, eps=self.tolerance)
        further, _ = rjd(diagonalised, n_iter_max=1, eps=self.tolerance)
        return rotation.T @ replicate.whitening, np.array_equal(further, np.eye(len(further)))
