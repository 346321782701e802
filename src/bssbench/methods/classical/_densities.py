"""The function log cosh, used by FastICA and Infomax, and expectations under a Gaussian."""

from collections.abc import Callable

import numpy as np

__all__ = ["gaussian_mean", "log_cosh"]

# 1 / cosh has poles near the real line, which slow down the convergence of the quadrature. With
# this many nodes the error is at the level of rounding.
_NODES = 150


def log_cosh(values: np.ndarray) -> np.ndarray:
    """Return log cosh without overflow."""
    return np.asarray(np.logaddexp(values, -values) - np.log(2.0))


def gaussian_mean(function: Callable[[np.ndarray], np.ndarray]) -> float:
    """Return E[function(ν)] for a standard normal ν, by Gauss–Hermite quadrature."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return float(weights @ function(nodes) / weights.sum())
