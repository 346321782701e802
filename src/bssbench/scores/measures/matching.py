"""Matching of estimated to true sources, and the scores based on it.

Separation determines sources up to order, sign and scale, and all scores here are invariant to
these. Sources are matched one to one by the largest sum of absolute correlations.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import rankdata

from bssbench.scores.record import Replicate, Score

__all__ = [
    "DECIBEL_LIMIT",
    "SCORES",
    "Match",
    "aligned_rmse",
    "decibels",
    "match",
    "mean_correlation",
    "si_sdr",
    "spearman_ranks",
]

DECIBEL_LIMIT = 60.0
"""Limit of the ratio of each source in dB, corresponding to a ratio of amplitudes of 1,000.

Beyond this limit, rounding errors of single precision dominate, and the ratio of an exact or a
constant estimate is infinite.
"""


@dataclass(frozen=True)
class Match:
    """A one-to-one matching.

    Attributes
    ----------
    correlations : numpy.ndarray
        Shape (true, estimated). Signed Pearson correlations.
    estimated : numpy.ndarray
        Shape (true,). Index of the estimate that is matched to each true source.
    """

    correlations: np.ndarray
    estimated: np.ndarray

    @property
    def matched_correlations(self) -> np.ndarray:
        """Signed correlation of each true source with its estimate, shape (true,)."""
        return self.correlations[np.arange(len(self.estimated)), self.estimated]


def _standardised(signals: np.ndarray) -> np.ndarray:
    """Return signals (time, source) with zero mean and unit variance; constants become zero."""
    centred = signals - signals.mean(axis=0)
    deviation = centred.std(axis=0)
    return centred / np.where(deviation > 0, deviation, 1.0)


def match(true: np.ndarray, estimated: np.ndarray) -> Match:
    """Match estimates to true sources by the largest sum of absolute Pearson correlations.

    Parameters
    ----------
    true, estimated : numpy.ndarray
        Shape (time, source), with at least as many estimates as true sources.

    Returns
    -------
    Match
        The correlations and the matching.
    """
    correlations = _standardised(true).T @ _standardised(estimated) / len(true)
    _, columns = linear_sum_assignment(-np.abs(correlations))
    return Match(correlations, columns)


def mean_correlation(true: np.ndarray, estimated: np.ndarray) -> float:
    """Return the mean absolute correlation (MCC) of matched sources.

    Parameters
    ----------
    true, estimated : numpy.ndarray
        Shape (time, source). For Spearman's correlation, pass `spearman_ranks` of both.

    Returns
    -------
    float
        From 0 to 1.
    """
    return float(np.abs(match(true, estimated).matched_correlations).mean())


def spearman_ranks(signals: np.ndarray) -> np.ndarray:
    """Return the ranks of each source along time, with averaged ties.

    Parameters
    ----------
    signals : numpy.ndarray
        Shape (time, source).

    Returns
    -------
    numpy.ndarray
        Shape (time, source).
    """
    return np.asarray(rankdata(signals, axis=0))


def decibels(wanted: np.ndarray, unwanted: np.ndarray) -> np.ndarray:
    """Return the ratio of two powers in dB, limited to ± `DECIBEL_LIMIT`.

    Parameters
    ----------
    wanted, unwanted : numpy.ndarray
        Powers, of the same shape.

    Returns
    -------
    numpy.ndarray
        Of the same shape; −`DECIBEL_LIMIT` where `wanted` is zero.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = 10.0 * np.log10(np.where(wanted > 0, wanted / unwanted, 0.0))
    return np.clip(ratios, -DECIBEL_LIMIT, DECIBEL_LIMIT)


def si_sdr(true: np.ndarray, estimated: np.ndarray) -> float:
    """Return the mean scale-invariant signal-to-distortion ratio of matched sources, in dB.

    For a centred source s and its estimate ŝ, it is 10 log₁₀(‖αs‖² / ‖αs − ŝ‖²) with
    α = ⟨ŝ, s⟩ / ‖s‖² (Le Roux et al., 2019). With their correlation ρ, this equals
    10 log₁₀(ρ² / (1 − ρ²)). The ratio of each source is limited to ± `DECIBEL_LIMIT`. Noise in the
    estimate counts as distortion.

    Parameters
    ----------
    true, estimated : numpy.ndarray
        Shape (time, source).

    Returns
    -------
    float
        In dB.
    """
    matched = match(true, estimated)
    target = _standardised(true)
    found = _standardised(estimated)[:, matched.estimated] * np.sign(matched.matched_correlations)
    scale = (found * target).mean(axis=0)
    # From the residual instead of 1 − ρ², which suffers from cancellation for good estimates.
    distortion = ((found - scale * target) ** 2).mean(axis=0)
    return float(decibels(scale**2, distortion).mean())


def aligned_rmse(true: np.ndarray, estimated: np.ndarray) -> float:
    """Return the root mean squared error after matching and least-squares scaling.

    Each matched estimate is scaled (with sign) and shifted to fit its source, and the squared
    errors are averaged over time and sources.

    Parameters
    ----------
    true, estimated : numpy.ndarray
        Shape (time, source).

    Returns
    -------
    float
        In units of a true source's standard deviation.
    """
    matched = match(true, estimated)
    found = _standardised(estimated)[:, matched.estimated] * matched.matched_correlations
    return float(np.sqrt(((_standardised(true) - found) ** 2).mean()))


def _of_sources(
    compute: Callable[[np.ndarray, np.ndarray], float],
) -> Callable[[Replicate], float]:
    """Convert a function of true and estimated sources to a function of a replicate."""
    return lambda replicate: compute(replicate.true, replicate.estimated)


def _rank_correlation(true: np.ndarray, estimated: np.ndarray) -> float:
    return mean_correlation(spearman_ranks(true), spearman_ranks(estimated))


SCORES = (
    Score(
        name="mcc",
        compute=_of_sources(mean_correlation),
        description="mean absolute Pearson correlation of matched sources; 1 is perfect",
        caption="MCC (mean absolute correlation, higher is better)",
        tolerance=0.1,
        position=11,
    ),
    Score(
        name="mcc_spearman",
        compute=_of_sources(_rank_correlation),
        description="the same with Spearman's rank correlation; 1 is perfect",
        caption="MCC of ranks (Spearman, higher is better)",
        tolerance=0.1,
        position=12,
    ),
    Score(
        name="si_sdr",
        compute=_of_sources(si_sdr),
        description="mean scale-invariant signal-to-distortion ratio of matched sources in dB; "
        "higher is better",
        caption="SI-SDR in dB (scale-invariant signal-to-distortion ratio, higher is better)",
        tolerance=3.0,
        decimals=1,
        axis="SI-SDR (dB)",
        headline=True,
        position=10,
    ),
    Score(
        name="rmse",
        compute=_of_sources(aligned_rmse),
        description="error after matching and scaling, in standard deviations of a source; 0 is "
        "perfect",
        caption="aligned RMSE in standard deviations (lower is better)",
        tolerance=0.15,
        better="lower",
        position=15,
    ),
)
