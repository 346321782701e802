"""Linear unmixing and the corresponding mixing."""

from dataclasses import dataclass

import numpy as np

__all__ = ["LinearDemixing", "sensor_patterns"]


@dataclass(frozen=True)
class LinearDemixing:
    """Sources are components · (x − mean), observations mixing · s + mean."""

    components: np.ndarray
    mixing: np.ndarray
    mean: np.ndarray

    def demix(self, observations: np.ndarray) -> np.ndarray:
        """Return the sources (time, source) of observations (time, channel)."""
        return np.asarray((observations - self.mean) @ self.components.T)

    def remix(self, sources: np.ndarray) -> np.ndarray:
        """Return the observations (time, channel) of sources (time, source)."""
        return np.asarray(sources @ self.mixing.T + self.mean)


def sensor_patterns(centred: np.ndarray, components: np.ndarray) -> np.ndarray:
    """Return the mixing matrix (channel, source): least squares of the channels on the sources.

    These are the sensor patterns of Haufe et al. (2014), C Wᵀ (W C Wᵀ)⁻¹ with the covariance C: the
    inverse of W if there are as many sources as channels, and otherwise a right inverse of W.
    """
    sources = centred @ components.T
    return np.linalg.solve(sources.T @ sources, sources.T @ centred).T
