"""Channels that are unrelated to the others and would displace sources.

Whitening keeps the leading principal components of the correlation matrix. A channel that is not
correlated with any other, such as a broken electrode, has an eigenvalue of 1. If there are fewer
sources than channels, it displaces a source with a smaller eigenvalue.
"""

from dataclasses import dataclass

import numpy as np

from bssbench.preparation.rank import Spectrum, correlation_spectrum
from bssbench.preparation.structure import has_structure

__all__ = ["Unrelated", "find_unrelated", "multiple_correlations"]

SHARED = 0.05
"""A channel is unrelated if the others explain at most this fraction of its variance (its squared
multiple correlation), or no more than they often explain by chance."""

BY_CHANCE = 0.02
"""Fraction of `SHIFTS` above which an explained fraction occurs often by chance."""

MOST_BY_CHANCE = 0.25
"""A channel is not unrelated if the others explain more than this fraction of its variance."""

SHIFTS = 199
"""Number of circular time shifts, by 10 % to 90 % of the recording, with which the fraction that
others explain by chance is estimated. Shifts preserve the autocorrelations (see Theiler et al.,
1992, on surrogates)."""

LAGS = (0, 1, 2, 4, 8, 16)
"""Lags in samples over which correlations are summed, together with their negatives. Channels with
common sources can be uncorrelated at one lag, but hardly at all lags."""

STRANGE_LEVEL = 100.0
"""Ratio of a channel's standard deviation to that of the median channel, or its inverse, that is
unusual. Among unrelated channels, such a channel is left out first."""

CARRIED = 0.2
"""A channel is dispensable if the last direction that the sources need has at least this eigenvalue
without it, or is not white noise. Otherwise, the channel may be a source."""


@dataclass(frozen=True)
class Unrelated:
    """A channel that is unrelated to the others.

    Attributes
    ----------
    channel : int
        Index of the channel.
    explained : float
        Fraction of its variance that the others explain.
    dispensable : bool
        Whether the others contain the requested number of sources.
    """

    channel: int
    explained: float
    dispensable: bool


def multiple_correlations(correlation: np.ndarray) -> np.ndarray:
    """Return each channel's squared multiple correlation with the others.

    It is 1 − 1/(R⁻¹)_jj with the correlation matrix R. A small value on the diagonal makes R
    invertible if channels are linearly dependent.

    Parameters
    ----------
    correlation : numpy.ndarray
        Shape (channel, channel).

    Returns
    -------
    numpy.ndarray
        Shape (channel,).
    """
    inverse = np.linalg.inv(correlation + 1e-10 * np.eye(len(correlation)))
    return 1 - 1 / np.diagonal(inverse)


def _how_often_by_chance(observations: np.ndarray, correlation: np.ndarray, j: int) -> float:
    """Return how often channel j is as related to the others after shifts in time.

    The measure is the sum of its squared multiple correlations over `LAGS`.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    others = [index for index in range(observations.shape[1]) if index != j]
    # A length with small prime factors, which leaves out a few samples at the end.
    length = len(observations)
    while length > 64 and next_fast_len(length, real=True) != length:
        length -= 1
    shifts = np.unique(np.linspace(0.1 * length, 0.9 * length, SHIFTS).astype(int))
    lags = np.array([*LAGS, *(-lag for lag in LAGS if lag)])
    places = (np.concatenate([[0], shifts])[:, None] + lags) % length

    def transform(index: int) -> np.ndarray:
        centred = observations[:length, index] - observations[:length, index].mean()
        return rfft(centred / centred.std())

    own = np.conj(transform(j))
    shared = np.stack(
        [irfft(own * transform(other), length)[places] / length for other in others], axis=-1
    )
    among = correlation[np.ix_(others, others)] + 1e-10 * np.eye(len(others))
    shares = np.einsum("slo,op,slp->s", shared, np.linalg.inv(among), shared, optimize=True)
    return float(np.mean(shares[1:] >= shares[0]))


def find_unrelated(
    observations: np.ndarray, spectrum: Spectrum, rounding: np.ndarray, n_sources: int
) -> Unrelated | None:
    """Return the least related channel, if it is unrelated to the others.

    A channel is preferred if it is related to the others only by chance. Among several, one with an
    unusual level is preferred, then one that is white noise, then the one that chance exceeds most
    often. The rules are this module's constants. True sources are not used.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel), with more channels than sources.
    spectrum : Spectrum
        Spectrum of the observations.
    rounding : numpy.ndarray
        Shape (channel,). Standard deviation of rounding errors.
    n_sources : int
        Requested number of sources.

    Returns
    -------
    Unrelated or None
        None if no channel is unrelated.
    """
    explained = multiple_correlations(spectrum.correlation)
    deviations = observations.std(axis=0)
    levels = np.abs(np.log(deviations / np.median(deviations)))
    found = []
    for channel in np.flatnonzero(explained <= MOST_BY_CHANCE).tolist():
        often = _how_often_by_chance(observations, spectrum.correlation, channel)
        if often > BY_CHANCE or explained[channel] <= SHARED:
            usual = bool(levels[channel] < np.log(STRANGE_LEVEL))
            speaks = has_structure(observations[:, channel])
            order = (often <= BY_CHANCE, usual, speaks, -often, float(explained[channel]))
            found.append((*order, channel))
    if not found:
        return None
    *_, share, channel = min(found)
    rest = [index for index in range(len(explained)) if index != channel]
    carried = _carry(observations[:, rest], rounding[rest], n_sources)
    return Unrelated(channel, share, carried)


def _carry(observations: np.ndarray, rounding: np.ndarray, n_sources: int) -> bool:
    """Return whether these channels contain the requested number of sources."""
    spectrum = correlation_spectrum(observations, rounding)
    if spectrum.rank < n_sources:
        return False
    last = spectrum.eigenvalues[n_sources - 1]
    return bool(last >= CARRIED or has_structure(spectrum.component(observations, n_sources - 1)))
