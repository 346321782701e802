"""Autoregressions with equal coefficients and Laplace innovations: equal spectra, not Gaussian."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.datasets.families._laplace_autoregression import laplace_autoregression_sample


@dataclass(frozen=True)
class Family:
    """AR(1) with Laplace innovations, every coefficient 0.8: only non-Gaussianity separates."""

    default_n_sources: ClassVar[int] = 3

    coefficient: float = 0.8

    def __post_init__(self) -> None:
        if abs(self.coefficient) >= 1:
            raise ValueError("coefficient must lie between -1 and 1, or the process explodes")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the autoregression coefficients."""
        return {"coefficient": [self.coefficient] * n_sources}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        return np.stack(
            [
                laplace_autoregression_sample(generator, length, self.coefficient)
                for _ in range(n_sources)
            ]
        )
