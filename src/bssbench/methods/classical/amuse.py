"""AMUSE (Tong et al., 1990): one lagged covariance, in closed form."""

from dataclasses import dataclass

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Size
from bssbench.methods.classical._base import ClassicalMethod, Replicate, lagged_covariance
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(ClassicalMethod):
    """AMUSE: eigenvectors of one lagged covariance; uses the autocorrelation at one lag.

    Attributes
    ----------
    lag : int
        Lag in samples. Sources with equal autocorrelation at this lag are not separated.
    """

    deterministic = True

    lag: int = parameter(
        1, "Tong et al., 1990: one lag; the field's habit to take the first", at_least=1
    )

    def start(self, size: Size) -> None:
        """Check that the series is longer than the lag."""
        if self.lag >= size.length:
            raise NotApplicable(f"a lag of {self.lag} samples in a series of {size.length}")

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Diagonalise the lagged covariance."""
        _, vectors = np.linalg.eigh(lagged_covariance(replicate.components, self.lag))
        return vectors.T @ replicate.whitening, True
