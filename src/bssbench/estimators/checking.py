"""What is given to an estimator, held to what can be separated."""

import warnings
from typing import Any

import numpy as np

from bssbench.estimators.running import EstimatorError
from bssbench.models.whitening import independent_directions

__all__ = ["check_channels", "count_sources", "plain"]


def count_sources(observations: np.ndarray, asked: Any) -> int:
    """Return how many sources to find: as asked, or as many as the channels can tell of.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel).
    asked : int or None
        `n_components`.

    Raises
    ------
    EstimatorError
        If there can't be so many.
    """
    n_channels, asked = observations.shape[1], plain(asked)
    if asked is None:
        rank = independent_directions(observations)
        if rank < n_channels:
            warnings.warn(
                f"the {n_channels} channels span {rank} independent directions: "
                f"{rank} sources are separated",
                UserWarning,
                stacklevel=5,
            )
        return rank
    if isinstance(asked, bool) or not isinstance(asked, int) or asked < 1:
        raise EstimatorError(f"n_components must be a positive integer or None, not {asked!r}")
    if asked > n_channels:
        raise EstimatorError(
            f"n_components={asked}: X has {n_channels} channels (n_features), and there can't "
            "be more sources"
        )
    return asked


def check_channels(observations: np.ndarray, names: np.ndarray | None) -> None:
    """Raise a line that names the channels that nothing can be separated of."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        spread = observations.std(axis=0)
    still = np.ptp(observations, axis=0) == 0.0
    for unfit, what in (
        (still, "does not vary: leave it out"),
        (~still & ~((spread > 0.0) & np.isfinite(spread)), "is out of range: rescale it"),
    ):
        columns = np.flatnonzero(unfit)
        if len(columns):
            called = [str(c) if names is None else f"{c} ({names[c]!r})" for c in columns]
            raise EstimatorError(f"column {', '.join(called)} of X {what}")


def plain(value: Any) -> Any:
    """Return NumPy's numbers, of which grids of parameters are made, as Python's."""
    return value.item() if isinstance(value, np.generic) else value
