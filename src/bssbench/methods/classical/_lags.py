"""Lags of autoregressive methods: their spacing and the lagged series."""

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Size
from bssbench.models.time_scales import lag_spacings

__all__ = ["check_order", "lag_spacing", "lagged"]

_SAMPLES_FOR_A_COEFFICIENT = 2


def check_order(order: int, n_series: int, size: Size) -> None:
    """Check that a series is long enough to fit an autoregression on `n_series` series.

    Raises
    ------
    NotApplicable
        If there are fewer than two samples per coefficient.
    """
    coefficients = order * n_series
    if size.length < _SAMPLES_FOR_A_COEFFICIENT * coefficients + order:
        raise NotApplicable(
            f"{coefficients} coefficients of an autoregression of order {order} in a series of "
            f"{size.length}"
        )


def lag_spacing(components: np.ndarray, order: int) -> int:
    """Return the spacing of lags in samples, by the same rule as for the VAEs.

    If a series is sampled much faster than it varies, the last few samples predict the next one
    whatever the source. The spacing is therefore the largest that still resolves the series, with a
    past of at most a quarter of the series' length.
    """
    longest = max(1, components.shape[-1] // (4 * order))
    return min(lag_spacings(components[None])[0], longest)


def lagged(components: np.ndarray, order: int, spacing: int) -> np.ndarray:
    """Return components (component, time) and their past, at times where all lags exist.

    Returns
    -------
    numpy.ndarray
        Shape (1 + order, component, time − order · spacing): lag 0 first.
    """
    length = components.shape[1] - order * spacing
    starts = spacing * np.arange(order, -1, -1)
    return np.stack([components[:, start : start + length] for start in starts])
