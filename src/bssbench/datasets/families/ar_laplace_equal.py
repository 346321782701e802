"""Autoregressions with equal coefficients and Laplace innovations: equal spectra."""

from dataclasses import dataclass

from bssbench.datasets.families._laplace_autoregression import LaplaceAutoregressions


@dataclass(frozen=True)
class Family(LaplaceAutoregressions):
    """AR(1) with Laplace innovations, all coefficients 0.8: only non-Gaussianity separates."""

    coefficient: float = 0.8

    def __post_init__(self) -> None:
        if abs(self.coefficient) >= 1:
            raise ValueError("coefficient must lie between -1 and 1, or the process explodes")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the autoregression coefficients."""
        return {"coefficient": [self.coefficient] * n_sources}
