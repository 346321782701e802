"""JADE-TD (Müller, Philips and Ziehe, 1999): fourth-order cumulants and lagged covariances."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._fourth_order import cumulant_matrices, megabytes_of_cumulants
from bssbench.methods.classical._lagged_covariances import LaggedCovariances


@dataclass(frozen=True)
class Method(LaggedCovariances):
    """JADE-TD: joint diagonalisation of cumulants and lagged covariances; kurtosis and spectra.

    There are as many matrices of either kind as sources and lags make, and their entries err by
    unlike amounts. So that each kind counts once, its matrices are divided by the root of what
    their squared entries off the diagonal, summed over the kind, are expected to be where there is
    nothing to find: for white Gaussian components. Of each pair out of n and T samples that is

        (n + 2) (n + 3) / T  for the cumulants of n exactly whitened components,
        L / 2T               for L lagged covariances, made symmetric.
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
