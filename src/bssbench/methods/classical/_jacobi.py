"""Joint diagonalisation of symmetric matrices by Jacobi rotations."""

import warnings

import numpy as np

__all__ = ["diagonalise"]


def diagonalise(
    matrices: np.ndarray, max_sweeps: int, tolerance: float
) -> tuple[np.ndarray, np.ndarray, int]:
    """Find the rotation that makes symmetric matrices as diagonal as they can be together.

    Each sweep rotates every pair of components by the angle that leaves the least sum of squares
    off the diagonals, in closed form (J.-F. Cardoso and A. Souloumiac, "Jacobi angles for
    simultaneous diagonalization", SIAM J. Matrix Anal. Appl. 17, 1996). It is written here because
    pyRiemann, whose ``rjd`` gives the same numbers to the last bit, takes seconds to import.

    Parameters
    ----------
    matrices : numpy.ndarray
        Shape (matrix, component, component).
    max_sweeps : int
        Where to give up, with a warning.
    tolerance : float
        Sine of the largest rotation that counts as none.

    Returns
    -------
    rotation : numpy.ndarray
        Shape (component, component), orthogonal.
    diagonalised : numpy.ndarray
        Shape (matrix, component, component): rotationᵀ · matrix · rotation of each.
    sweeps : int
        How many it took, the last of which has turned nothing if that has converged.
    """
    n_components = matrices.shape[-1]
    rotation = np.eye(n_components, dtype=matrices.dtype)
    # Beside each other: a rotation of rows is one of two rows, of columns one of every n-th.
    beside = np.array(matrices.reshape(-1, n_components).T)
    sweeps, turned = 0, True
    while turned and sweeps < max_sweeps:
        turned = _sweep(beside, rotation, tolerance)
        sweeps += 1
    if turned:
        warnings.warn("Convergence not reached", stacklevel=2)
    diagonalised = beside.reshape(n_components, len(matrices), n_components).transpose(1, 0, 2)
    return rotation, diagonalised, sweeps


def _sweep(beside: np.ndarray, rotation: np.ndarray, tolerance: float) -> bool:
    """Rotate every pair of components in place; tell whether one has turned."""
    n_components = len(beside)
    turned = False
    for p in range(n_components):
        for q in range(p + 1, n_components):
            cosine, sine = _givens(beside, p, q)
            if abs(sine) > tolerance:
                turned = True
                columns = beside.T
                _turn(columns[p::n_components], columns[q::n_components], cosine, sine)
                _turn(beside[p], beside[q], cosine, sine)
                _turn(rotation[:, p], rotation[:, q], cosine, sine)
    return turned


def _givens(beside: np.ndarray, p: int, q: int) -> tuple[np.floating, np.floating]:
    """Return cosine and sine of the angle that is best for the pair in all matrices."""
    n_components = len(beside)
    pp, pq = beside[p, p::n_components], beside[p, q::n_components]
    qp, qq = beside[q, p::n_components], beside[q, q::n_components]
    differences = np.stack([pp - qq, pq + qp])
    products = differences @ differences.T
    on = products[0, 0] - products[1, 1]
    off = products[0, 1] + products[1, 0]
    angle = 0.5 * np.atan2(off, on + np.sqrt(on**2 + off**2))
    return np.cos(angle), np.sin(angle)


def _turn(first: np.ndarray, second: np.ndarray, cosine: np.floating, sine: np.floating) -> None:
    """Rotate two views in place."""
    before = first.copy()
    first[...] = cosine * first + sine * second
    second[...] = cosine * second - sine * before
