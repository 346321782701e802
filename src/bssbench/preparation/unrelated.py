"""Channels that have nothing to do with the others, where they would displace sources.

Whitening keeps the leading principal components of the correlation matrix. There a channel that
is correlated with no other has an eigenvalue of 1 to itself, a broken electrode as much as a loud
one; a source whose eigenvalue is smaller loses its place if fewer sources than channels are asked
for.
"""

from dataclasses import dataclass

import numpy as np

from bssbench.preparation.rank import Spectrum, correlation_spectrum
from bssbench.preparation.structure import has_structure

__all__ = ["Unrelated", "find_unrelated", "multiple_correlations"]

SHARED = 0.05
"""A channel is unrelated if the others explain no more than this share of its variance (its squared
multiple correlation), or no more than they often do by chance."""

BY_CHANCE = 0.02
"""Often is: in more than this share of `SHIFTS`."""

MOST_BY_CHANCE = 0.25
"""A channel of whose variance the others explain more than this is not unrelated, whatever chance
can do."""

SHIFTS = 199
"""What chance explains is what the channel shares with the others shifted in time, round the end,
by 10 % to 90 % of the recording: that keeps the autocorrelation of both (see Theiler et al., 1992,
on surrogates)."""

LAGS = (0, 1, 2, 4, 8, 16)
"""It is compared in sum over these lags, in samples, and their negatives: channels that share
sources can be uncorrelated at one lag, but hardly at all of them."""

STRANGE_LEVEL = 100.0
"""A deviation so many times that of the median channel, or its inverse, is strange: of channels
that have nothing to do with the others such a one goes first."""

CARRIED = 0.2
"""The other channels can do without one if the last of the directions that the sources need has
this much of a channel's variance, or less but is no white noise: else the one may be a source."""


@dataclass(frozen=True)
class Unrelated:
    """A channel that has nothing to do with the others.

    Attributes
    ----------
    channel : int
        Its index.
    explained : float
        The share of its variance that the others explain.
    dispensable : bool
        Whether the others hold as many sources as are asked for.
    """

    channel: int
    explained: float
    dispensable: bool


def multiple_correlations(correlation: np.ndarray) -> np.ndarray:
    """Return each channel's squared multiple correlation with the others.

    That is 1 − 1/(R⁻¹)_jj with R the correlation matrix; a trace on its diagonal keeps dependent
    channels, whose value is 1, from being divided by zero.
    """
    inverse = np.linalg.inv(correlation + 1e-10 * np.eye(len(correlation)))
    return 1 - 1 / np.diagonal(inverse)


def _how_often_by_chance(observations: np.ndarray, correlation: np.ndarray, j: int) -> float:
    """Return how often channel j shares as much with the others when they are shifted in time.

    What it shares is the sum of its squared multiple correlations over `LAGS`.
    """
    from scipy.fft import irfft, next_fast_len, rfft

    others = [index for index in range(observations.shape[1]) if index != j]
    # A length with small prime factors: a few samples at the end are not missed.
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
    """Return the channel that has least to do with the others, if it has nothing; else None.

    Least has one that shares with the others what chance gives; of several such one at a strange
    level, then one that is white noise by itself, then the one that chance exceeds most often. The
    rules are this module's constants. True sources are not looked at.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel), more channels than sources.
    spectrum : Spectrum
        Of the observations.
    rounding : numpy.ndarray
        Shape (channel,), the deviation of rounding errors.
    n_sources : int
        How many sources are asked for.
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
    """Return whether these channels hold so many sources."""
    spectrum = correlation_spectrum(observations, rounding)
    if spectrum.rank < n_sources:
        return False
    last = spectrum.eigenvalues[n_sources - 1]
    return bool(last >= CARRIED or has_structure(spectrum.component(observations, n_sources - 1)))
