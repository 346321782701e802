"""Validation of the input of an estimator."""

import warnings
from typing import Any

import numpy as np

from bssbench.estimators.running import EstimatorError
from bssbench.models.whitening import independent_directions

__all__ = ["check_channels", "count_sources", "plain"]


def count_sources(observations: np.ndarray, asked: Any) -> int:
    """Return the number of sources: `asked`, or the rank of the observations.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel).
    asked : int or None
        `n_components`.

    Raises
    ------
    EstimatorError
        If `asked` is not a possible number of sources.
    """
    n_channels, asked = observations.shape[1], plain(asked)
    if asked is None:
        rank = independent_directions(observations)
        if rank < n_channels:
            warnings.warn(
                f"the {n_channels} channels have rank {rank}; {rank} sources are separated",
                UserWarning,
                stacklevel=5,
            )
        return rank
    if isinstance(asked, bool) or not isinstance(asked, int) or asked < 1:
        raise EstimatorError(f"n_components must be a positive integer or None, not {asked!r}")
    if asked > n_channels:
        raise EstimatorError(
            f"n_components={asked}: X has {n_channels} channels (n_features), and more sources "
            "can't be separated"
        )
    return asked


def check_channels(observations: np.ndarray, names: np.ndarray | None) -> None:
    """Raise an error that names constant channels and channels out of range."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        spread = observations.std(axis=0)
    still = np.ptp(observations, axis=0) == 0.0
    for unfit, what in (
        (still, "is constant; remove it"),
        (~still & ~((spread > 0.0) & np.isfinite(spread)), "is out of range; rescale it"),
    ):
        columns = np.flatnonzero(unfit)
        if len(columns):
            called = [str(c) if names is None else f"{c} ({names[c]!r})" for c in columns]
            raise EstimatorError(f"column {', '.join(called)} of X {what}")


def plain(value: Any) -> Any:
    """Convert numbers of NumPy, as in grids of parameters, to numbers of Python."""
    return value.item() if isinstance(value, np.generic) else value
