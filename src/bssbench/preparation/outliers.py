"""Invalid samples: codes for missing values, and spikes."""

from dataclasses import dataclass

import numpy as np

__all__ = ["CODES", "Outliers", "find_codes", "find_spikes"]

CODES = (
    *(sign * number for sign in (-1.0, 1.0) for number in (99, 999, 9999, 99999, 999999)),
    *(-999.9, -999.25, -99.9, 1e20, -1e20, 1e30, -1e30, 1e31, -1e31, 1e36, 1e35, -1e35),
    *(-32768.0, 32767.0, -8388608.0, -2147483648.0, 2147483647.0, 4294967295.0, 65535.0),
    *(9.969209968386869e36, -3.4028234663852886e38, 3.4028234663852886e38),
    *(-1.7976931348623157e308, 1.7976931348623157e308),
)
"""Numbers that denote missing values in files: repeated nines, the default fill values of CF and
netCDF, the code of geophysics (LAS, −999.25), and limits of integers and floating-point numbers."""

CODE_DEVIATIONS = 10.0
"""Smallest distance of a code from the channel's median, in robust standard deviations."""

CODE_GAP = 0.5
"""Smallest gap between a code and the next other sample, relative to the distance of the code from
the median."""

SPIKE_DEVIATIONS = 20.0
"""Smallest distance of a spike from the median, and from the median of its neighbours, in robust
standard deviations.

The largest of a million samples of a Laplace distribution is at about 14. For Student's t with five
degrees of freedom, one in 10⁶ samples exceeds 20.
"""

SPIKE_SHARE = 0.005
"""Largest fraction of samples that are spikes, unless the smallest spike is twice as far from the
median as any other sample. More frequent events are sources, such as heartbeats or blinks."""

# A spike is shorter than half of this number of samples.
_WINDOW = 11


@dataclass(frozen=True)
class Outliers:
    """Invalid samples of a channel.

    Attributes
    ----------
    rows : numpy.ndarray
        Shape (outlier,), in ascending order.
    value : float
        The code, or the spike furthest from the median.
    deviations : float
        Largest distance from the median in robust standard deviations; infinite if the rest of the
        channel is constant.
    """

    rows: np.ndarray
    value: float
    deviations: float


def _robust_deviation(distances: np.ndarray) -> float:
    """Return 1.4826 times the median of absolute distances, a robust standard deviation.

    If more than half of the distances are zero, it is the mean of those below the 99th percentile.
    """
    middle = float(np.median(distances))
    if middle > 0:
        return 1.4826 * middle
    return float(np.mean(distances[distances <= np.quantile(distances, 0.99)]))


def _distances(values: np.ndarray, finite: np.ndarray) -> np.ndarray:
    """Return each sample's distance from the median; 0 for values that are not finite."""
    with np.errstate(over="ignore", invalid="ignore"):
        distances = np.abs(values - np.median(values[finite]))
    distances[~finite] = 0
    return distances


def find_codes(values: np.ndarray) -> list[Outliers]:
    """Return the samples that equal a code for missing values.

    A code is one of `CODES`, or any value that occurs at least three times and is as far from the
    median as a spike, because extreme measurements do not repeat exactly. Both must be separated
    from other samples (`CODE_DEVIATIONS`, `CODE_GAP`).

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,). NaN and infinities are ignored.

    Returns
    -------
    list of Outliers
        One entry for each code.
    """
    finite = np.isfinite(values)
    if finite.sum() < 4:
        return []
    distances = _distances(values, finite)
    scale = _robust_deviation(distances[finite])
    far = finite & (distances > CODE_DEVIATIONS * scale)
    # More than half of the samples cannot be outliers.
    if not far.any() or far.mean() > 0.5:
        return []
    candidates, counts = np.unique(values[far], return_counts=True)
    known = np.isin(candidates, CODES)
    repeated = (counts >= 3) & (
        np.abs(candidates - np.median(values[finite])) > SPIKE_DEVIATIONS * scale
    )
    # Clipped values also repeat, but are close to their neighbours.
    codes = candidates[known | repeated]
    rest = distances[finite & ~np.isin(values, codes)]
    nearest = rest.max() if len(rest) else 0.0
    found = []
    for code in codes:
        rows = np.flatnonzero(values == code)
        distance = float(distances[rows[0]])
        if distance * (1 - CODE_GAP) > nearest:
            found.append(Outliers(rows, float(code), _ratio(distance, scale)))
    return found


def find_spikes(values: np.ndarray) -> Outliers | None:
    """Return the spikes of a channel, by `SPIKE_DEVIATIONS` and `SPIKE_SHARE`.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,). NaN and infinities are ignored; replace codes by NaN first.

    Returns
    -------
    Outliers or None
        None if there are no spikes.
    """
    finite = np.isfinite(values)
    if finite.sum() < _WINDOW:
        return None
    distances = _distances(values, finite)
    scale = _robust_deviation(distances[finite])
    if not np.any(distances > SPIKE_DEVIATIONS * scale):
        return None
    from scipy.ndimage import median_filter

    middle = float(np.median(values[finite]))
    filled = np.where(finite, values, middle)
    with np.errstate(over="ignore", invalid="ignore"):
        jumps = np.abs(filled - median_filter(filled, _WINDOW, mode="nearest"))
    far = (distances > SPIKE_DEVIATIONS * scale) & (jumps > SPIKE_DEVIATIONS * scale)
    rows = np.flatnonzero(far)
    if not len(rows):
        return None
    apart = distances[rows].min() > 2 * distances[~far].max()
    if len(rows) >= SPIKE_SHARE * len(values) and not (apart and len(rows) < 0.05 * len(values)):
        return None
    furthest = rows[distances[rows].argmax()]
    return Outliers(rows, float(values[furthest]), _ratio(float(distances[furthest]), scale))


def _ratio(distance: float, scale: float) -> float:
    """Return a quotient, infinite if its denominator is zero."""
    return distance / scale if scale > 0 else float("inf")
