"""Independent draws from non-Gaussian distributions, without temporal structure."""

from dataclasses import dataclass

import numpy as np

from bssbench.datasets.families import SourceFamily


@dataclass(frozen=True)
class Family(SourceFamily):
    """White Laplace, uniform, exponential and Student t sources, in that order, repeated."""

    degrees_of_freedom: float = 5.0

    def __post_init__(self) -> None:
        if self.degrees_of_freedom <= 2:
            raise ValueError("degrees_of_freedom must be above 2, or there is no variance")

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        draws = (
            lambda: generator.laplace(size=length),
            lambda: generator.uniform(-1.0, 1.0, size=length),
            lambda: generator.exponential(size=length),
            lambda: generator.standard_t(self.degrees_of_freedom, size=length),
        )
        return np.stack([draws[source % len(draws)]() for source in range(n_sources)])
