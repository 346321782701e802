"""Autoregressions with distinct coefficients and Laplace innovations."""

from dataclasses import dataclass

import numpy as np

from bssbench.datasets.families._laplace_autoregression import LaplaceAutoregressions


@dataclass(frozen=True)
class Family(LaplaceAutoregressions):
    """AR(1) with Laplace innovations, coefficients evenly spaced from 0.2 to 0.97."""

    smallest_coefficient: float = 0.2
    largest_coefficient: float = 0.97

    def __post_init__(self) -> None:
        if max(abs(self.smallest_coefficient), abs(self.largest_coefficient)) >= 1:
            raise ValueError("coefficients must lie between -1 and 1, or the process explodes")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the autoregression coefficients."""
        coefficients = np.linspace(self.smallest_coefficient, self.largest_coefficient, n_sources)
        return {"coefficient": coefficients.tolist()}
