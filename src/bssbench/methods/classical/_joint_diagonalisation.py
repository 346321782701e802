"""Joint diagonalisation by Jacobi rotations (Cardoso and Souloumiac, 1996), by pyRiemann."""

import numpy as np
from pyriemann.geometry.ajd import rjd

__all__ = ["joint_rotation"]


def joint_rotation(
    matrices: np.ndarray, max_iterations: int, tolerance: float
) -> tuple[np.ndarray, bool]:
    """Rotate so that symmetric matrices become as diagonal as they can together.

    Parameters
    ----------
    matrices : numpy.ndarray
        Shape (matrix, component, component).
    max_iterations : int
        Sweeps over all pairs of components.
    tolerance : float
        Sine of the largest rotation that counts as none.

    Returns
    -------
    rotation : numpy.ndarray
        Shape (source, component).
    converged : bool
        Whether a further sweep would rotate no pair.
    """
    rotation, diagonalised = rjd(matrices, n_iter_max=max_iterations, eps=tolerance)
    further, _ = rjd(diagonalised, n_iter_max=1, eps=tolerance)
    return np.asarray(rotation.T), bool(np.array_equal(further, np.eye(len(further))))
