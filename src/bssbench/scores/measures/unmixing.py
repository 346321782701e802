"""How well an unmixing matrix undoes the mixing matrix, whatever it does to the noise."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.measures.matching import decibels
from bssbench.scores.record import Replicate, Score, needs_true_sources

__all__ = ["SCORES", "amari_distance", "interference_powers", "interference_ratio"]


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


def interference_powers(
    unmixing_matrix: np.ndarray, mixing_matrix: np.ndarray, variances: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the power of its own source in each estimate, and of all others; both (source,).

    Arguments and the matching of estimates to sources are those of `interference_ratio`.
    """
    powers = (unmixing_matrix @ mixing_matrix) ** 2 * variances
    totals = powers.sum(axis=1, keepdims=True)
    estimates, sources = linear_sum_assignment(-np.sqrt(powers / np.where(totals > 0, totals, 1.0)))
    wanted = powers[estimates, sources]
    # Summed without the signal and not by a difference, which cancels where the estimate is good.
    powers[estimates, sources] = 0.0
    return wanted, powers[estimates].sum(axis=1)


def interference_ratio(
    unmixing_matrix: np.ndarray, mixing_matrix: np.ndarray, variances: np.ndarray
) -> float:
    """Return the mean signal-to-interference ratio of matched sources, in dB.

    Of G = unmixing · mixing, source i and its estimate k: 10 log₁₀(G_ki² v_i / Σ_{j≠i} G_kj² v_j)
    in the sources' variances v (Tichavský, Koldovský and Oja, 2006, for sources of unit variance),
    of each source within ± `bssbench.scores.measures.matching.DECIBEL_LIMIT`. Matched
    are sources and estimates by the largest sum of the shares √(G_ki² v_i / Σ_j G_kj² v_j), which
    are their correlations where sources are uncorrelated and there is no noise.

    Parameters
    ----------
    unmixing_matrix : numpy.ndarray
        Shape (source, channel).
    mixing_matrix : numpy.ndarray
        Shape (channel, source).
    variances : numpy.ndarray
        Shape (source,), of the true sources.
    """
    return float(decibels(*interference_powers(unmixing_matrix, mixing_matrix, variances)).mean())


def _needs_mixing_matrix(dataset: Dataset) -> None:
    needs_true_sources(dataset)
    if dataset.mixing_matrix is None:
        raise NotApplicable("the mixing is not linear")


def _matrices(replicate: Replicate) -> tuple[np.ndarray, np.ndarray]:
    """Return the replicate's unmixing and mixing matrix."""
    unmixing, mixing = replicate.separation.unmixing_matrix, replicate.dataset.mixing_matrix
    if unmixing is None or mixing is None:
        raise NotApplicable("the method's demixing is not linear")
    return unmixing[replicate.index], mixing[replicate.index]


def _amari(replicate: Replicate) -> float:
    return amari_distance(*_matrices(replicate))


def _interference_ratio(replicate: Replicate) -> float:
    return interference_ratio(*_matrices(replicate), replicate.true.var(axis=0))


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
        position=13,
    ),
    Score(
        name="sir",
        compute=_interference_ratio,
        needs=_needs_mixing_matrix,
        description="mean signal-to-interference ratio of unmixing times mixing in dB, noise left "
        "out; higher is better",
        caption="SIR in dB (signal-to-interference ratio, noise left out, higher is better)",
        tolerance=6.0,
        decimals=1,
        position=14,
    ),
)
