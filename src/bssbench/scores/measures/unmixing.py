"""Agreement of unmixing and mixing matrix, without regard to noise."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.measures.matching import decibels
from bssbench.scores.record import Replicate, Score, needs_true_sources

__all__ = ["SCORES", "amari_distance", "interference_powers", "interference_ratio"]


def amari_distance(unmixing_matrix: np.ndarray, mixing_matrix: np.ndarray) -> float:
    """Return the Amari distance in its non-squared form, normalised to [0, 1].

    With P = |unmixing · mixing| of size N (Amari et al., 1996), it is

        [Σ_i (Σ_j P_ij / max_j P_ij − 1) + Σ_j (Σ_i P_ij / max_i P_ij − 1)] / (2 N (N − 1)).

    It is zero if and only if P is a scaled permutation, and one if all entries of P are equal.

    Parameters
    ----------
    unmixing_matrix : numpy.ndarray
        Shape (source, channel).
    mixing_matrix : numpy.ndarray
        Shape (channel, source).

    Returns
    -------
    float
        From 0 to 1.
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
    """Return the power of the matched source and of all other sources in each estimate.

    Parameters
    ----------
    unmixing_matrix, mixing_matrix, variances : numpy.ndarray
        As for `interference_ratio`, which also defines the matching.

    Returns
    -------
    wanted, unwanted : numpy.ndarray
        Both of shape (source,).
    """
    powers = (unmixing_matrix @ mixing_matrix) ** 2 * variances
    totals = powers.sum(axis=1, keepdims=True)
    estimates, sources = linear_sum_assignment(-np.sqrt(powers / np.where(totals > 0, totals, 1.0)))
    wanted = powers[estimates, sources]
    # Summed without the signal, since a difference suffers from cancellation for good estimates.
    powers[estimates, sources] = 0.0
    return wanted, powers[estimates].sum(axis=1)


def interference_ratio(
    unmixing_matrix: np.ndarray, mixing_matrix: np.ndarray, variances: np.ndarray
) -> float:
    """Return the mean signal-to-interference ratio of matched sources, in dB.

    With G = unmixing · mixing and the variances v of the sources, the ratio of source i and its
    estimate k is 10 log₁₀(G_ki² v_i / Σ_{j≠i} G_kj² v_j) (Tichavský, Koldovský and Oja, 2006, for
    unit variances). The ratio of each source is limited to
    ± `bssbench.scores.measures.matching.DECIBEL_LIMIT`. Sources and estimates are matched by the
    largest sum of √(G_ki² v_i / Σ_j G_kj² v_j), which is their correlation if the sources are
    uncorrelated and there is no noise.

    Parameters
    ----------
    unmixing_matrix : numpy.ndarray
        Shape (source, channel).
    mixing_matrix : numpy.ndarray
        Shape (channel, source).
    variances : numpy.ndarray
        Shape (source,). Variances of the true sources.

    Returns
    -------
    float
        In dB.
    """
    return float(decibels(*interference_powers(unmixing_matrix, mixing_matrix, variances)).mean())


def _needs_mixing_matrix(dataset: Dataset) -> None:
    needs_true_sources(dataset)
    if dataset.mixing_matrix is None:
        raise NotApplicable("the mixing is not linear")


def _matrices(replicate: Replicate) -> tuple[np.ndarray, np.ndarray]:
    """Return the unmixing and mixing matrix of a replicate."""
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
