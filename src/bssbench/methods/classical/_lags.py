"""What an autoregression sees: a series and its past."""

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Size
from bssbench.models.time_scales import lag_spacings

__all__ = ["check_order", "lag_spacing", "lagged"]

_SAMPLES_FOR_A_COEFFICIENT = 2


def check_order(order: int, n_series: int, size: Size) -> None:
    """Object to predicting from `order` lags of `n_series` series what is too short for that.

    Raises
    ------
    NotApplicable
        If there are fewer than two samples for each coefficient.
    """
    coefficients = order * n_series
    if size.length < _SAMPLES_FOR_A_COEFFICIENT * coefficients + order:
        raise NotApplicable(
            f"{coefficients} coefficients of an autoregression of order {order} in a series of "
            f"{size.length}"
        )


def lag_spacing(components: np.ndarray, order: int) -> int:
    """Return how far apart lags are to be, in samples: the VAEs' rule, where the series allows it.

    Of a series sampled faster than it varies, the last few samples say what comes next whatever
    the source: lags are as far apart as the series can be looked at without loss. A quarter of the
    series is the longest past.
    """
    longest = max(1, components.shape[-1] // (4 * order))
    return min(lag_spacings(components[None])[0], longest)


def lagged(components: np.ndarray, order: int, spacing: int) -> np.ndarray:
    """Return components (component, time) and their past, where all of that is known.

    Returns
    -------
    numpy.ndarray
        Shape (1 + order, component, time − order · spacing): lag 0 first.
    """
    length = components.shape[1] - order * spacing
    starts = spacing * np.arange(order, -1, -1)
    return np.stack([components[:, start : start + length] for start in starts])
