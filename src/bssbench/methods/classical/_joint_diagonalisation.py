"""Joint diagonalisation by Jacobi rotations (Cardoso and Souloumiac, 1996), from pyRiemann."""

import warnings
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import LinearMethod, Replicate, Solution
from bssbench.parameters import parameter


@dataclass(frozen=True)
class JointDiagonalisation(LinearMethod):
    """Linear method that rotates white components to diagonalise a set of matrices jointly.

    Attributes
    ----------
    max_iterations : int
        Maximum number of sweeps over all pairs of components.
    tolerance : float
        Sine of the rotation angle below which a pair is left unchanged.
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
        """Return the symmetric matrices to diagonalise.

        Parameters
        ----------
        components : numpy.ndarray
            Shape (component, time), white.

        Returns
        -------
        numpy.ndarray
            Shape (matrix, component, component).
        """

    def start(self, size: Size) -> None:
        """Import pyRiemann, which takes seconds."""
        import pyriemann.geometry.ajd  # noqa: F401

    def solve(self, replicate: Replicate) -> Solution:
        """Find the rotation. It has converged if a further sweep leaves every pair unchanged."""
        from pyriemann.geometry.ajd import rjd

        matrices = self.matrices(replicate.components)
        rotation, diagonalised = rjd(matrices, n_iter_max=self.max_iterations, eps=self.tolerance)
        further, _ = rjd(diagonalised, n_iter_max=1, eps=self.tolerance)
        at_rest = np.array_equal(further, np.eye(len(further)))
        sweeps = self._sweeps(matrices) if replicate.keep else None
        return Solution(rotation.T @ replicate.whitening, at_rest, iterations=sweeps)

    def _sweeps(self, matrices: np.ndarray) -> int:
        """Count the sweeps until convergence, including the last, which changes nothing.

        The sweeps are repeated one by one because pyRiemann does not report their number.
        """
        from pyriemann.geometry.ajd import rjd

        at_rest = np.eye(matrices.shape[-1])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for sweep in range(1, self.max_iterations + 1):
                turned, matrices = rjd(matrices, n_iter_max=1, eps=self.tolerance)
                if np.array_equal(turned, at_rest):
                    return sweep
        return self.max_iterations
