"""The Amari distance between an unmixing matrix and the mixing matrix it should undo."""

import numpy as np

__all__ = ["amari_distance"]


def amari_distance(unmixing_matrix: np.ndarray, mixing_matrix: np.ndarray) -> float:
    """Return the Amari distance, the non-squared form, normalised to [0, 1].

    With P = |unmixing · mixing| of size N (Amari et al., 1996),

        [Σ_i (Σ_j P_ij / max_j P_ij − 1) + Σ_j (Σ_i P_ij / max_i P_ij − 1)] / (2 N (N − 1)),

    zero if and only if P is a scaled permutation, one if all its entries are equal.

    Parameters
    ----------
    unmixing_matrix : numpy.ndarray
        Shape (source, channel).
    mixing_matrix : numpy.ndarray
        Shape (channel, source).
    """
    p = np.abs(unmixing_matrix @ mixing_matrix)
    n = len(p)
    if n == 1:
        return 0.0
    rows = (p / p.max(axis=1, keepdims=True)).sum(axis=1) - 1.0
    columns = (p / p.max(axis=0, keepdims=True)).sum(axis=0) - 1.0
    return float((rows.sum() + columns.sum()) / (2 * n * (n - 1)))
