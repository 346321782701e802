"""What separation can go by: whether a signal is anything but Gaussian white noise."""

import numpy as np

__all__ = ["has_structure", "is_gaussian_white"]

DEVIATIONS = 4.5
"""A statistic speaks if it is so many standard errors from its value for Gaussian white noise.

At 4.5 it does so by chance once in 150,000; some 100 statistics are looked at.
"""

LAGS = 40
"""Autocorrelations are looked at up to this lag, or a quarter of the samples."""

LEAST_CORRELATION = 0.05
"""No smaller correlation of a single direction counts, however many samples there are: traces of
sources leak into directions of noise."""


def has_structure(
    signal: np.ndarray, least: float = LEAST_CORRELATION, deviations: float = DEVIATIONS
) -> bool:
    """Return whether a signal shows something that methods of separation go by.

    That is an autocorrelation, an autocorrelation of its squares (a variance that changes), a
    skewness or an excess kurtosis that is some standard errors, 1/√T, 1/√T, √(6/T) and √(24/T),
    from zero.

    Parameters
    ----------
    signal : numpy.ndarray
        Shape (time,).
    least : float
        What a statistic must exceed beside that (kurtosis and skewness twice as much).
    deviations : float
        How many standard errors.
    """
    length = len(signal)
    z = signal - signal.mean()
    deviation = z.std()
    if length < 8 or deviation == 0:
        return False
    z /= deviation
    squares = z**2
    bound = max(deviations / np.sqrt(length), least)
    if _largest_autocorrelation(z) > bound or _largest_autocorrelation(squares) > bound:
        return True
    skewness = abs(float(np.mean(z * squares)))
    kurtosis = float(np.mean(squares**2)) - 3
    # For short signals the kurtosis of Gaussian noise is skewed: its upper tail is the heavier.
    upper = deviations * np.sqrt(24 / length) * (1 + 12 / np.sqrt(length))
    return bool(
        skewness > max(deviations * np.sqrt(6 / length), 2 * least)
        or kurtosis > max(upper, 2 * least)
        or kurtosis < -max(deviations * np.sqrt(24 / length), 2 * least)
    )


def _largest_autocorrelation(signal: np.ndarray) -> float:
    """Return the largest absolute autocorrelation at lags up to `LAGS`."""
    z = signal - signal.mean()
    power = float(z @ z)
    if power == 0:
        return 0.0
    lags = range(1, max(2, min(LAGS, len(z) // 4) + 1))
    return max(abs(float(z[:-lag] @ z[lag:])) for lag in lags) / power


def is_gaussian_white(components: np.ndarray) -> bool:
    """Return whether nothing in white components tells sources apart.

    None of them `has_structure`; no two are correlated at a lag; and Mardia's kurtosis, which is
    the same for all rotations, is that of normal ones: E|z|⁴ = p(p + 2), with a standard error of
    √(8p(p + 2)/T) (Mardia, 1970).

    Parameters
    ----------
    components : numpy.ndarray
        Shape (component, time), uncorrelated, zero mean, unit variance.
    """
    count, length = components.shape
    if any(has_structure(component, least=0.0) for component in components):
        return False
    radii = np.einsum("ct,ct->t", components, components)
    expected = count * (count + 2)
    error = np.sqrt(8 * expected / length)
    if abs(float(np.mean(radii**2)) - expected) > DEVIATIONS * error * (1 + 12 / np.sqrt(length)):
        return False
    bound = DEVIATIONS / np.sqrt(length)
    for lag in range(1, max(2, min(LAGS, length // 4) + 1)):
        correlations = components[:, :-lag] @ components[:, lag:].T / length
        if np.abs(correlations).max() > bound:
            return False
    return True
