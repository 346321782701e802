"""The negative control: Gaussian sources with equal spectra, which nothing can separate."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.datasets.families._gaussian_process import squared_exponential_sample


@dataclass(frozen=True)
class Family:
    """Squared-exponential Gaussian processes, all of one length-scale: not identifiable."""

    default_n_sources: ClassVar[int] = 3
    negative_control: ClassVar[bool] = True

    length_scale: float = 10.0

    def __post_init__(self) -> None:
        if self.length_scale <= 0:
            raise ValueError(f"length_scale must be positive, not {self.length_scale}")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the length-scales in samples."""
        return {"length_scale": [self.length_scale] * n_sources}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        return np.stack(
            [
                squared_exponential_sample(generator, length, self.length_scale)
                for _ in range(n_sources)
            ]
        )
