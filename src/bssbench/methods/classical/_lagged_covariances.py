"""Joint diagonalisation of lagged covariances."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._base import lagged_covariance
from bssbench.methods.classical._joint_diagonalisation import JointDiagonalisation
from bssbench.models.time_scales import lags_up_to, longest_significant_lags
from bssbench.parameters import parameter


@dataclass(frozen=True)
class LaggedCovariances(JointDiagonalisation):
    """Joint diagonalisation of lagged covariances, possibly together with other matrices.

    Attributes
    ----------
    lags : int or None
        Number of lagged covariances to diagonalise, from lag 1; at most half the series' length.
        None: all lags at which the autocorrelation of the slowest source exceeds its estimation
        error (see `bssbench.models.time_scales.longest_significant_lags`), beyond lag 64 in steps
        of 5 %.
    """

    lags: int | None = parameter(
        None, "rule: from the half-decay lag of the slowest source and the length", at_least=1
    )

    def lagged_covariances(self, components: np.ndarray) -> np.ndarray:
        """Return lagged covariances.

        Parameters
        ----------
        components : numpy.ndarray
            Shape (component, time), white.

        Returns
        -------
        numpy.ndarray
            Shape (lag, component, component), symmetric.
        """
        if self.lags is None:
            lags = lags_up_to(longest_significant_lags(components[None])[0])
        else:
            lags = list(range(1, min(self.lags, components.shape[1] // 2) + 1))
        return np.stack([lagged_covariance(components, lag) for lag in lags])
