"""The number of independent directions of the channels, above rounding and arithmetic errors."""

from dataclasses import dataclass

import numpy as np

from bssbench.preparation.structure import has_structure

__all__ = ["Spectrum", "correlation_spectrum"]

ROUNDING_FACTOR = 3.0
"""Smallest ratio of a direction's variance to the variance of rounding errors in it."""

ARITHMETIC = 10.0
"""Factor of the number of channels times the largest eigenvalue times 2.2e-16, which a direction's
variance must also exceed, as in whitening."""

NOISE_SHARE = 1e-4
"""A direction also does not count if it is Gaussian white noise with less than this fraction of a
channel's variance, and `NOISE_GAP` times less than the previous direction. Channels that were
computed from others have such directions; weak sources do not."""

NOISE_GAP = 30.0
"""See `NOISE_SHARE`."""


@dataclass(frozen=True)
class Spectrum:
    """The eigenvalues of the channels' correlation matrix.

    Attributes
    ----------
    eigenvalues : numpy.ndarray
        Shape (channel,), in descending order; their sum is the number of channels.
    directions : numpy.ndarray
        Shape (channel, direction). Eigenvectors of unit length, for channels of unit variance.
    correlation : numpy.ndarray
        Shape (channel, channel).
    rank : int
        Number of directions that count.
    reason : str
        Why the others do not count; empty if all do.
    """

    eigenvalues: np.ndarray
    directions: np.ndarray
    correlation: np.ndarray
    rank: int
    reason: str

    def component(self, observations: np.ndarray, index: int) -> np.ndarray:
        """Return the time course of a direction.

        Parameters
        ----------
        observations : numpy.ndarray
            Shape (time, channel).
        index : int
            Index of the direction.

        Returns
        -------
        numpy.ndarray
            Shape (time,).
        """
        weights = self.directions[:, index] / observations.std(axis=0)
        return observations @ weights - observations.mean(axis=0) @ weights


def correlation_spectrum(observations: np.ndarray, rounding: np.ndarray) -> Spectrum:
    """Return the eigenvalues of the correlation matrix, and the rank.

    In descending order, the first eigenvalue that does not count ends the rank. The rules are this
    module's constants.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel), finite and without constant channels.
    rounding : numpy.ndarray
        Shape (channel,). Standard deviation of rounding errors, from
        `bssbench.preparation.rounding.rounding_deviation`.

    Returns
    -------
    Spectrum
        Eigenvalues, directions and rank.
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
