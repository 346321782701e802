"""JADE-TD (Müller, Philips and Ziehe, 1999): fourth-order cumulants and lagged covariances."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._fourth_order import cumulant_matrices, megabytes_of_cumulants
from bssbench.methods.classical._lagged_covariances import LaggedCovariances


@dataclass(frozen=True)
class Method(LaggedCovariances):
    """JADE-TD: joint diagonalisation of cumulants and lagged covariances; kurtosis and spectra.

    The two kinds of matrices differ in number and in estimation error. To give them equal weight,
    each kind is divided by the square root of the expected sum of its squared off-diagonal entries
    under white Gaussian components. For one pair of components and T samples, that sum is

        (n + 2) (n + 3) / T  for the cumulant matrices of n exactly whitened components,
        L / 2T               for L symmetrised lagged covariances.
    """

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        return super().megabytes(size) + megabytes_of_cumulants(size.n_sources)

    def matrices(self, components: np.ndarray) -> np.ndarray:
        """Return the matrices of both kinds, weighted."""
        n = len(components)
        cumulants, covariances = cumulant_matrices(components), self.lagged_covariances(components)
        return np.concatenate(
            [
                cumulants / np.sqrt((n + 2) * (n + 3)),
                covariances / np.sqrt(len(covariances) / 2),
            ]
        )
