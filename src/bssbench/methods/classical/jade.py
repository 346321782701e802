"""JADE (Cardoso and Souloumiac, 1993): joint diagonalisation of fourth-order cumulants."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._fourth_order import cumulant_matrices, megabytes_of_cumulants
from bssbench.methods.classical._joint_diagonalisation import JointDiagonalisation


@dataclass(frozen=True)
class Method(JointDiagonalisation):
    """JADE: joint diagonalisation of cumulant matrices (by pyRiemann); uses kurtosis only."""

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        return super().megabytes(size) + megabytes_of_cumulants(size.n_sources)

    def matrices(self, components: np.ndarray) -> np.ndarray:
        """Return the cumulant matrices."""
        return cumulant_matrices(components)
