"""Tests of whether a signal differs from Gaussian white noise, as separation requires."""

import numpy as np

__all__ = ["has_structure", "is_gaussian_white"]

DEVIATIONS = 4.5
"""Number of standard errors by which a statistic must differ from its value for Gaussian white
noise.

At 4.5 this happens by chance once in 150,000 tests; about 100 statistics are tested.
"""

LAGS = 40
"""Largest lag of autocorrelations, at most a quarter of the samples."""

LEAST_CORRELATION = 0.05
"""Smallest correlation of a single direction that counts for any number of samples, since traces of
sources leak into directions of noise."""


def has_structure(
    signal: np.ndarray, least: float = LEAST_CORRELATION, deviations: float = DEVIATIONS
) -> bool:
    """Return whether a signal differs from Gaussian white noise.

    It does if the autocorrelation, the autocorrelation of squares (changing variance), the skewness
    or the excess kurtosis differs from zero by several standard errors, which are 1/√T, 1/√T,
    √(6/T) and √(24/T).

    Parameters
    ----------
    signal : numpy.ndarray
        Shape (time,).
    least : float, default=LEAST_CORRELATION
        Value that a statistic must also exceed; twice this value for kurtosis and skewness.
    deviations : float, default=DEVIATIONS
        Number of standard errors.

    Returns
    -------
    bool
        Whether any statistic differs.
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
    # For short signals, the distribution of the kurtosis of Gaussian noise is skewed upwards.
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
    """Return whether white components have no structure by which sources could be separated.

    This requires that no component passes `has_structure`, that no two are correlated at a lag, and
    that Mardia's kurtosis, which is invariant under rotations, is that of normal variables:
    ``E|z|⁴ = p(p + 2)``, with a standard error of √(8p(p + 2)/T) (Mardia, 1970).

    Parameters
    ----------
    components : numpy.ndarray
        Shape (component, time), uncorrelated with zero mean and unit variance.

    Returns
    -------
    bool
        Whether the components are Gaussian white noise.
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
