"""Filling what was not measured from its neighbours in time."""

import numpy as np

__all__ = ["filled"]


def filled(values: np.ndarray, how: str) -> np.ndarray:
    """Return a channel in which what is not finite is replaced.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (time,), with at least one finite value.
    how : {'interpolate', 'hold'}
        By the straight line between the neighbours, or by the last value before; before the first
        value and after the last by the nearest.
    """
    finite = np.isfinite(values)
    if finite.all():
        return values
    known = np.flatnonzero(finite)
    if how == "hold":
        previous = np.searchsorted(known, np.arange(len(values)), side="right") - 1
        return values[known[np.maximum(previous, 0)]]
    return np.where(finite, values, np.interp(np.arange(len(values)), known, values[known]))
