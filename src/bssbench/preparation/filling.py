"""Fill missing samples from their neighbours in time."""

import numpy as np

__all__ = ["filled"]


def filled(values: np.ndarray, how: str) -> np.ndarray:
    """Return a channel whose values that are not finite are replaced.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,), with at least one finite value.
    how : {'interpolate', 'hold'}
        Linear interpolation, or the previous value. Both ends are filled by the nearest value.

    Returns
    -------
    numpy.ndarray
        Shape (time,).
    """
    finite = np.isfinite(values)
    if finite.all():
        return values
    known = np.flatnonzero(finite)
    if how == "hold":
        previous = np.searchsorted(known, np.arange(len(values)), side="right") - 1
        return values[known[np.maximum(previous, 0)]]
    return np.where(finite, values, np.interp(np.arange(len(values)), known, values[known]))
