"""The Amari distance between an unmixing matrix and the mixing matrix it should undo."""

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.record import Replicate, Score, needs_true_sources

__all__ = ["SCORES", "amari_distance"]


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


def _needs_mixing_matrix(dataset: Dataset) -> None:
    needs_true_sources(dataset)
    if dataset.mixing_matrix is None:
        raise NotApplicable("the mixing is not linear")


def _amari(replicate: Replicate) -> float:
    unmixing, mixing = replicate.separation.unmixing_matrix, replicate.dataset.mixing_matrix
    if unmixing is None or mixing is None:
        raise NotApplicable("the method's demixing is not linear")
    return amari_distance(unmixing[replicate.index], mixing[replicate.index])


SCORES = (
    Score(
        name="amari",
        compute=_amari,
        needs=_needs_mixing_matrix,
        description="Amari distance of unmixing and mixing matrix, non-squared, in [0, 1]; 0 is "
        "perfect",
        caption="Amari distance (lower is better)",
        tolerance=0.2,
        better="lower",
        position=12,
    ),
)
