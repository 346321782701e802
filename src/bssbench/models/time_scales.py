"""Time scales of the sources, estimated from the observations."""

import numpy as np

__all__ = ["half_decay_lags", "lag_spacings", "lags_up_to", "longest_significant_lags", "spread"]

_DENSE_LAGS = 64
_WELCH_SEGMENT = 256
_POWER_BEYOND_BAND = 3e-4
_SOFT_EDGE = 0.35


def half_decay_lags(components: np.ndarray) -> np.ndarray:
    """Return the lags at which the autocorrelations of two sources have decayed to one half.

    The two are the fastest and the slowest source. For a whitened linear mixture of uncorrelated
    sources, the eigenvalues of the lagged covariance matrix are the sources' autocorrelations at
    that lag, as used by AMUSE (Tong et al., 1990). The smallest eigenvalue therefore belongs to the
    fastest source and the largest to the slowest, without a separation.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.

    Returns
    -------
    numpy.ndarray
        Shape (replicate, 2), for the fastest and the slowest source, in samples: the first crossing
        of 0.5, interpolated between lags, at most a quarter of the length.
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
    """Return a grid of lags: all up to 64, then in steps of 5 % to limit the cost.

    Parameters
    ----------
    longest : int
        Largest lag, in samples.

    Returns
    -------
    list of int
        In ascending order.
    """
    dense = range(1, min(longest, _DENSE_LAGS) + 1)
    count = max(0, int(np.log(longest / _DENSE_LAGS) / np.log(1.05)))
    sparse = (_DENSE_LAGS * 1.05 ** np.arange(1, count + 1)).astype(int)
    return sorted({*dense, *(int(lag) for lag in sparse if lag <= longest)})


def longest_significant_lags(components: np.ndarray) -> np.ndarray:
    """Return the lag up to which the slowest source's autocorrelation exceeds its estimation error.

    The autocorrelation is above one half up to the half-decay lag h. Beyond, it is assumed to halve
    every h samples, ρ(τ) = 2^(−τ/h). It is significant as long as it exceeds two standard errors.
    The squared standard error is that of two uncorrelated series of T samples with this
    autocorrelation (Bartlett, 1946), Σ_τ ρ(τ)² / T = h / (T ln 2). The lag is therefore

        max(h, (h / 2) log₂(T ln 2 / 4h)),

    which is h for the shortest series and about 5 h for the longest.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.

    Returns
    -------
    numpy.ndarray
        Shape (replicate,), in whole samples, from 1 to a quarter of the length.
    """
    slowest = half_decay_lags(components)[:, 1]
    squared_error = slowest / (components.shape[-1] * np.log(2.0))
    half_decays = np.maximum(1.0, -0.5 * np.log2(4.0 * squared_error))
    return np.maximum(1, (slowest * half_decays).astype(int))


def lag_spacings(components: np.ndarray) -> list[int]:
    """Return the largest sampling interval that still resolves the series.

    A series without power above a frequency f is determined by samples at a spacing of 1 / 2f
    (Nyquist, Shannon). Here f is the frequency below which 99.97 % of the components' power lies.
    White sensor noise fills the band, so that the spacing is 1 for data that are not oversampled. A
    recording at four times the sampling rate has four times the spacing.

    1 / 2f is rounded down to a whole number, with a tolerance of about a third of a sample, because
    the finite transition band of an interpolation filter widens the band of upsampled data.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), whitened.

    Returns
    -------
    list of int
        The spacing of each replicate in samples, at least 1.
    """
    # Imported here because importing scipy.signal takes most of a second.
    from scipy.signal import welch

    segment = min(_WELCH_SEGMENT, components.shape[-1])
    frequencies, spectra = welch(components, nperseg=segment, axis=-1)
    power = np.cumsum(spectra.mean(axis=1), axis=-1)
    within = power < (1.0 - _POWER_BEYOND_BAND) * power[:, -1:]
    # At least the first nonzero frequency: a series that hardly varies within a segment has all its
    # power at zero.
    highest = frequencies[np.clip(within.sum(axis=-1), 1, len(frequencies) - 1)]
    return [max(1, int(0.5 / frequency + _SOFT_EDGE)) for frequency in highest]


def spread(bounds: np.ndarray, count: int) -> np.ndarray:
    """Return values that are spread geometrically between bounds.

    Parameters
    ----------
    bounds : numpy.ndarray
        Shape (replicate, 2), positive.
    count : int
        Number of values; a single value is the geometric mean of the bounds.

    Returns
    -------
    numpy.ndarray
        Shape (replicate, count).
    """
    if count == 1:
        return np.sqrt(bounds.prod(axis=1, keepdims=True))
    return np.geomspace(bounds[:, 0], bounds[:, 1], count, axis=1)
