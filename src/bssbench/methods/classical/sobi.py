"""SOBI (Belouchrani et al., 1997): second-order blind identification."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._lagged_covariances import LaggedCovariances


@dataclass(frozen=True)
class Method(LaggedCovariances):
    """SOBI: joint diagonalisation of lagged covariances (by pyRiemann); uses spectra only."""

    def matrices(self, components: np.ndarray) -> np.ndarray:
        """Return the lagged covariances."""
        return self.lagged_covariances(components)
