"""log cosh, the contrast of FastICA and the density of Infomax, and means of a Gaussian."""

from collections.abc import Callable

import numpy as np

__all__ = ["gaussian_mean", "log_cosh"]

# 1 / cosh has poles near the real line, which slow convergence: to rounding errors with these.
_NODES = 150


def log_cosh(values: np.ndarray) -> np.ndarray:
    """Return log cosh without overflow."""
    return np.asarray(np.logaddexp(values, -values) - np.log(2.0))


def gaussian_mean(function: Callable[[np.ndarray], np.ndarray]) -> float:
    """Return the mean of a function of a standard normal variable, by Gauss–Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return float(weights @ function(nodes) / weights.sum())
