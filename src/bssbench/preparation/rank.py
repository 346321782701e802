"""How many independent directions the channels span, above what rounding and arithmetic leave."""

from dataclasses import dataclass

import numpy as np

from bssbench.preparation.structure import has_structure

__all__ = ["Spectrum", "correlation_spectrum"]

ROUNDING_FACTOR = 3.0
"""A direction counts if its variance is more than so many times what rounding leaves in it."""

ARITHMETIC = 10.0
"""And more than this times the number of channels times the largest eigenvalue times 2.2e-16, as
whitening asks too."""

NOISE_SHARE = 1e-4
"""A direction with less than this share of a channel's variance, and `NOISE_GAP` times less than
the one before, doesn't count either if it is Gaussian white noise: a channel that was computed
from others has such, a weak source hasn't."""

NOISE_GAP = 30.0


@dataclass(frozen=True)
class Spectrum:
    """The eigenvalues of the channels' correlation matrix.

    Attributes
    ----------
    eigenvalues : numpy.ndarray
        Shape (channel,), descending; their sum is the number of channels.
    directions : numpy.ndarray
        Shape (channel, direction), of unit length, for channels at unit variance.
    correlation : numpy.ndarray
        Shape (channel, channel).
    rank : int
        How many directions count.
    reason : str
        Why the others don't, in words; empty where all do.
    """

    eigenvalues: np.ndarray
    directions: np.ndarray
    correlation: np.ndarray
    rank: int
    reason: str

    def component(self, observations: np.ndarray, index: int) -> np.ndarray:
        """Return the direction's time course, shape (time,)."""
        weights = self.directions[:, index] / observations.std(axis=0)
        return observations @ weights - observations.mean(axis=0) @ weights


def correlation_spectrum(observations: np.ndarray, rounding: np.ndarray) -> Spectrum:
    """Return the eigenvalues of the correlation matrix, and how many count.

    From the largest on, the first that doesn't count ends the rank. The rules are this module's
    constants.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel), finite, no channel constant.
    rounding : numpy.ndarray
        Shape (channel,), the deviation of rounding errors, by
        `bssbench.preparation.rounding.rounding_deviation`.
    """
    correlation = np.corrcoef(observations, rowvar=False).reshape(2 * (observations.shape[1],))
    values, directions = np.linalg.eigh(correlation)
    values, directions = np.maximum(values[::-1], 0), directions[:, ::-1]
    deviations = observations.std(axis=0)
    shares = (rounding / deviations) ** 2
    floors = ROUNDING_FACTOR * (directions**2).T @ shares
    arithmetic = ARITHMETIC * len(values) * np.finfo(np.float64).eps * values[0]
    spectrum = Spectrum(values, directions, correlation, len(values), "")
    for index, value in enumerate(values):
        reason = ""
        if value <= arithmetic:
            reason = "the rest is sums of these"
        elif value <= floors[index]:
            reason = "the rest is rounding"
        elif (
            index
            and value < NOISE_SHARE
            and value * NOISE_GAP < values[index - 1]
            and not has_structure(spectrum.component(observations, index))
        ):
            share = np.sqrt(value)
            reason = f"the next is white noise, {share:.1e} of a channel's deviation"
        if reason:
            return Spectrum(values, directions, correlation, index, reason)
    return spectrum
