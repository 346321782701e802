"""SOBI (Belouchrani et al., 1997): second-order blind identification."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._base import lagged_covariance
from bssbench.methods.classical._joint_diagonalisation import JointDiagonalisation
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(JointDiagonalisation):
    """SOBI: joint diagonalisation of lagged covariances (pyRiemann's); uses spectra alone.

    Attributes
    ----------
    lags : int
        Lagged covariances to diagonalise, from lag 1; fewer where the series is short.
    """

    lags: int = parameter(59, "chosen by us, not tuned", at_least=1)

    def matrices(self, components: np.ndarray) -> np.ndarray:
        """Return the lagged covariances."""
        lags = min(self.lags, components.shape[1] // 2)
        return np.stack([lagged_covariance(components, lag + 1) for lag in range(lags)])
