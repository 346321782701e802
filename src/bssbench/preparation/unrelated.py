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
multiple correlation), or no more than they do by chance."""

MOST_BY_CHANCE = 0.25
"""Where chance explains more than this, as in short recordings of slow signals, nobody can tell."""

SHIFTS = 99
"""What chance explains is the largest of so many squared multiple correlations of the channel with
the others shifted in time, round the end, by 10 % to 90 % of the recording: that keeps the
autocorrelation of both (see Theiler et al., 1992, on surrogates)."""

CARRIED = 0.1
"""The other channels can do without it if the last of the directions that the sources need has this
much of a channel's variance, or less but is no white noise: else the channel may be a source."""


@dataclass(frozen=True)
class Unrelated:
    """Channels that have nothing to do with the others.

    Attributes
    ----------
    channels : tuple of int
        Indices; of none where nobody can tell.
    explained : dict of int to float
        The share of each one's variance that the others explain.
    dispensable : bool
        Whether the other channels hold as many sources as are asked for.
    """

    channels: tuple[int, ...]
    explained: dict[int, float]
    dispensable: bool


def multiple_correlations(correlation: np.ndarray) -> np.ndarray:
    """Return each channel's squared multiple correlation with the others.

    That is 1 − 1/(R⁻¹)_jj with R the correlation matrix; a trace on its diagonal keeps dependent
    channels, whose value is 1, from being divided by zero.
    """
    inverse = np.linalg.inv(correlation + 1e-10 * np.eye(len(correlation)))
    return 1 - 1 / np.diagonal(inverse)


def _by_chance(observations: np.ndarray, spectrum: Spectrum, channel: int) -> float:
    """Return the largest squared multiple correlation of a channel with the others shifted."""
    from scipy.fft import irfft, rfft

    length, count = observations.shape
    others = [index for index in range(count) if index != channel]
    shifts = np.unique(np.linspace(0.1 * length, 0.9 * length, SHIFTS).astype(int))

    def transform(index: int) -> np.ndarray:
        centred = observations[:, index] - observations[:, index].mean()
        return rfft(centred / centred.std())

    own = np.conj(transform(channel))
    correlations = np.stack(
        [irfft(own * transform(other), length)[shifts] / length for other in others], axis=1
    )
    among = spectrum.correlation[np.ix_(others, others)] + 1e-10 * np.eye(len(others))
    explained = np.einsum("so,so->s", correlations, np.linalg.solve(among, correlations.T).T)
    return float(explained.max())


def find_unrelated(
    observations: np.ndarray, spectrum: Spectrum, rounding: np.ndarray, n_sources: int
) -> Unrelated:
    """Return the channels that others explain no better than by chance, and if they can go.

    The rules are this module's constants. True sources are not looked at.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel).
    spectrum : Spectrum
        Of the observations.
    rounding : numpy.ndarray
        Shape (channel,), the deviation of rounding errors.
    n_sources : int
        How many sources are asked for.
    """
    count = observations.shape[1]
    explained = multiple_correlations(spectrum.correlation)
    found = {
        channel: float(explained[channel])
        for channel in range(count)
        if explained[channel] <= SHARED
        or (
            explained[channel] <= MOST_BY_CHANCE
            and explained[channel] <= _by_chance(observations, spectrum, channel)
        )
    }
    rest = [channel for channel in range(count) if channel not in found]
    if not found or len(rest) < n_sources:
        return Unrelated(tuple(found), found, False)
    return Unrelated(tuple(found), found, _carry(observations[:, rest], rounding[rest], n_sources))


def _carry(observations: np.ndarray, rounding: np.ndarray, n_sources: int) -> bool:
    """Return whether these channels hold so many sources."""
    spectrum = correlation_spectrum(observations, rounding)
    if spectrum.rank < n_sources:
        return False
    last = spectrum.eigenvalues[n_sources - 1]
    return bool(last >= CARRIED or has_structure(spectrum.component(observations, n_sources - 1)))
