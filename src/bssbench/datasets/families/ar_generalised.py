"""Autoregressions with generalised Gaussian innovations: spectra and non-Gaussianity can vary."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gamma

from bssbench.datasets.families._autoregression import Autoregressions


@dataclass(frozen=True)
class Family(Autoregressions):
    """AR(1) with generalised Gaussian innovations, coefficients evenly spaced around a centre.

    The density of the innovations is proportional to exp(−|e|^shape): Laplace for shape 1, Gaussian
    for shape 2, and approaching uniform for larger shapes. `gap` is the difference between the last
    and the first coefficient. With shape 2, the sources differ only in their spectra. With gap 0,
    only non-Gaussianity separates them. With both, they are not identifiable.
    """

    centre: float = 0.5
    gap: float = 0.3
    shape: float = 1.0

    def __post_init__(self) -> None:
        if abs(self.centre) + abs(self.gap) / 2 >= 1:
            raise ValueError("coefficients must lie between -1 and 1, or the process explodes")
        if self.shape <= 0.5:
            raise ValueError("shape must be above 0.5, or there is no finite information")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the coefficients and the kurtosis of each source's innovations."""
        first, last = self.centre - self.gap / 2, self.centre + self.gap / 2
        moments = gamma(np.array([1.0, 3.0, 5.0]) / self.shape)
        return {
            "coefficient": np.linspace(first, last, n_sources).tolist(),
            "innovation_kurtosis": [float(moments[2] * moments[0] / moments[1] ** 2)] * n_sources,
        }

    def innovations(self, generator: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        """Draw e of shape (source, time): a gamma variate to the power 1 / shape, random sign."""
        sizes = generator.gamma(1.0 / self.shape, size=shape) ** (1.0 / self.shape)
        return np.asarray(sizes * generator.choice([-1.0, 1.0], size=shape))

    def innovation_information(self, n_sources: int) -> np.ndarray:
        """Return shape² Γ(2 − 1/shape) Γ(3/shape) / Γ(1/shape)² for each source."""
        b = self.shape
        own = b**2 * gamma(2.0 - 1.0 / b) * gamma(3.0 / b) / gamma(1.0 / b) ** 2
        return np.full(n_sources, own)
