"""How fast the sources behind a mixture vary, read off the observations alone."""

import numpy as np

__all__ = ["half_decay_lags", "spread"]


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
    previous = np.ones((replicates, 2))
    pending = np.ones((replicates, 2), dtype=bool)
    for lag in range(1, longest + 1):
        early, late = components[:, :, :-lag], components[:, :, lag:]
        covariance = early @ np.swapaxes(late, 1, 2) / length
        eigenvalues = np.linalg.eigvalsh(0.5 * (covariance + np.swapaxes(covariance, 1, 2)))
        current = eigenvalues[:, [0, -1]]
        crossed = pending & (current < 0.5)
        share = (previous - 0.5) / np.where(crossed, previous - current, 1.0)
        lags[crossed] = (lag - 1 + share)[crossed]
        pending &= ~crossed
        if not pending.any():
            break
        previous = current
    return lags


def spread(bounds: np.ndarray, count: int) -> np.ndarray:
    """Spread `count` values geometrically between bounds.

    Parameters
    ----------
    bounds : numpy.ndarray
        Shape (replicate, 2), positive.
    count : int
        How many values; a single one is the geometric mean.

    Returns
    -------
    numpy.ndarray
        Shape (replicate, count).
    """
    if count == 1:
        return np.sqrt(bounds.prod(axis=1, keepdims=True))
    return np.geomspace(bounds[:, 0], bounds[:, 1], count, axis=1)
