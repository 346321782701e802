"""Cumulant matrices of white components, which separation diagonalises."""

from itertools import combinations_with_replacement

import numpy as np

__all__ = ["cumulant_matrices", "megabytes_of_cumulants"]


def megabytes_of_cumulants(n_components: int) -> int:
    """Return the memory of a few copies of n (n + 1) / 2 matrices of n² entries, in megabytes."""
    return int(n_components**4 * 4 * 8 / 1e6)


def cumulant_matrices(components: np.ndarray) -> np.ndarray:
    """Return the cumulant matrices of an orthonormal basis of the symmetric matrices.

    For white components z and a symmetric matrix M, the cumulant matrix is

        Q(M)_ij = Σ_kl cum(z_i, z_j, z_k, z_l) M_kl = E[(zᵀ M z) z zᵀ] − tr(M) I − 2 M.

    The joint diagonalisation criterion, the sum of squared cross-cumulants cum(z_i, z_j, z_k, z_l)
    with i ≠ j, is the same for any such basis as for the eigenmatrices that JADE uses to save work
    with many sources.

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
