"""How fast the sources behind a mixture vary, read off the observations alone."""

import numpy as np

__all__ = ["half_decay_lags", "lag_spacings", "lags_up_to", "longest_significant_lags", "spread"]

_DENSE_LAGS = 64
_WELCH_SEGMENT = 256
_POWER_BEYOND_BAND = 3e-4
_SOFT_EDGE = 0.35


def half_decay_lags(components: np.ndarray) -> np.ndarray:
    """Return the lags at which the fastest and the slowest source are half correlated.

    For uncorrelated sources mixed linearly and whitened, the eigenvalues of the lagged covariance
    matrix are the sources' own autocorrelations at that lag (the idea behind AMUSE; Tong et al.,
    1990). So the smallest eigenvalue follows the fastest source, the largest the slowest, without
    separating anything.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.

    Returns
    -------
    numpy.ndarray
        Shape (replicate, 2), fastest and slowest, in samples: the first crossing of 0.5,
        interpolated between lags; at most a quarter of the length.
    """
    replicates, _, length = components.shape
    longest = max(1, length // 4)
    lags = np.full((replicates, 2), float(longest))
    previous, previous_lag = np.ones((replicates, 2)), 0
    pending = np.ones((replicates, 2), dtype=bool)
    for lag in lags_up_to(longest):
        early, late = components[:, :, :-lag], components[:, :, lag:]
        covariance = early @ np.swapaxes(late, 1, 2) / length
        eigenvalues = np.linalg.eigvalsh(0.5 * (covariance + np.swapaxes(covariance, 1, 2)))
        current = eigenvalues[:, [0, -1]]
        crossed = pending & (current < 0.5)
        share = (previous - 0.5) / np.where(crossed, previous - current, 1.0)
        lags[crossed] = (previous_lag + share * (lag - previous_lag))[crossed]
        pending &= ~crossed
        if not pending.any():
            break
        previous, previous_lag = current, lag
    return lags


def lags_up_to(longest: int) -> list[int]:
    """Return every lag up to 64, then steps of 5 %: a long trend must not take for ever."""
    dense = range(1, min(longest, _DENSE_LAGS) + 1)
    count = max(0, int(np.log(longest / _DENSE_LAGS) / np.log(1.05)))
    sparse = (_DENSE_LAGS * 1.05 ** np.arange(1, count + 1)).astype(int)
    return sorted({*dense, *(int(lag) for lag in sparse if lag <= longest)})


def longest_significant_lags(components: np.ndarray) -> np.ndarray:
    """Return up to which lag the slowest source's autocorrelation is more than estimation error.

    Up to its half-decay lag h it is more than one half. From there on it is taken to halve every h
    samples, ρ(τ) = 2^(−τ/h), and to tell something until it has fallen to the width of its 95 %
    band, two standard errors. The squared standard error is that of an uncorrelated pair of such
    series of T samples (Bartlett, 1946), Σ_τ ρ(τ)² / T = h / (T ln 2). So the lag is

        max(h, (h / 2) log₂(T ln 2 / 4h)):

    a half-decay lag for the shortest series, and some five for the longest, because what is
    averaged over more time can be told from nothing further out.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), whole samples, at least 1; at most a quarter of the length.
    """
    slowest = half_decay_lags(components)[:, 1]
    squared_error = slowest / (components.shape[-1] * np.log(2.0))
    half_decays = np.maximum(1.0, -0.5 * np.log2(4.0 * squared_error))
    return np.maximum(1, (slowest * half_decays).astype(int))


def lag_spacings(components: np.ndarray) -> list[int]:
    """Return how many samples apart the series can be looked at without losing anything of them.

    A series without power above a frequency f is known from samples 1 / 2f apart (Nyquist,
    Shannon). Here f is where all but 0.03 % of the components' power lies below. White sensor noise
    fills the band, so of what is sampled no faster than it varies every sample counts; a recording
    made at four times the rate has four times the spacing.

    Each replicate's spacing is a whole number, at least 1, so 1 / 2f is rounded down, but for the
    third of a sample by which the soft edge of an interpolation filter widens the band of what it
    has interpolated.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.
    """
    # Imported here: scipy.signal takes most of a second to import.
    from scipy.signal import welch

    segment = min(_WELCH_SEGMENT, components.shape[-1])
    frequencies, spectra = welch(components, nperseg=segment, axis=-1)
    power = np.cumsum(spectra.mean(axis=1), axis=-1)
    within = power < (1.0 - _POWER_BEYOND_BAND) * power[:, -1:]
    # Not frequency zero, where all of the power is of a series that hardly varies in a segment.
    highest = frequencies[np.clip(within.sum(axis=-1), 1, len(frequencies) - 1)]
    return [max(1, int(0.5 / frequency + _SOFT_EDGE)) for frequency in highest]


def spread(bounds: np.ndarray, count: int) -> np.ndarray:
    """Spread `count` values geometrically between bounds; a single one is their geometric mean.

    From (replicate, 2), positive, to (replicate, count).
    """
    if count == 1:
        return np.sqrt(bounds.prod(axis=1, keepdims=True))
    return np.geomspace(bounds[:, 0], bounds[:, 1], count, axis=1)
