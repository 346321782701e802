"""Independent draws from non-Gaussian distributions: no temporal structure at all."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np


@dataclass(frozen=True)
class Family:
    """White Laplace, uniform, exponential and Student t sources, in that order, then again."""

    default_n_sources: ClassVar[int] = 3

    degrees_of_freedom: float = 5.0

    def __post_init__(self) -> None:
        if self.degrees_of_freedom <= 2:
            raise ValueError("degrees_of_freedom must be above 2, or there is no variance")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return nothing: the distributions differ in kind, not in a number."""
        del n_sources
        return {}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        draws = (
            lambda: generator.laplace(size=length),
            lambda: generator.uniform(-1.0, 1.0, size=length),
            lambda: generator.exponential(size=length),
            lambda: generator.standard_t(self.degrees_of_freedom, size=length),
        )
        return np.stack([draws[source % len(draws)]() for source in range(n_sources)])
