"""Fourth-order cumulants of white components, as matrices that separation makes diagonal."""

from itertools import combinations_with_replacement

import numpy as np

__all__ = ["cumulant_matrices", "megabytes_of_cumulants"]


def megabytes_of_cumulants(n_components: int) -> int:
    """Return what n (n + 1) / 2 matrices of n² take, a few times over."""
    return int(n_components**4 * 4 * 8 / 1e6)


def cumulant_matrices(components: np.ndarray) -> np.ndarray:
    """Return the cumulant matrices of an orthonormal basis of the symmetric matrices.

    Of white components z and a symmetric matrix M it is

        Q(M)_ij = Σ_kl cum(z_i, z_j, z_k, z_l) M_kl = E[(zᵀ M z) z zᵀ] − tr(M) I − 2 M.

    Diagonalising those of any such basis leaves the same sum of squared cross-cumulants
    cum(z_i, z_j, z_k, z_l), i ≠ j, as that of the eigenmatrices, which save work for many sources.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (component, time).

    Returns
    -------
    numpy.ndarray
        Shape (matrix, component, component): n (n + 1) / 2 matrices.
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
