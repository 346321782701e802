"""Gaussian processes with distinct length-scales: only the spectra differ."""

from dataclasses import dataclass

import numpy as np

from bssbench.datasets.families._gaussian_process import GaussianProcesses


@dataclass(frozen=True)
class Family(GaussianProcesses):
    """Squared-exponential Gaussian processes, length-scales geometric from 2 to 40 samples."""

    shortest_length_scale: float = 2.0
    longest_length_scale: float = 40.0

    def __post_init__(self) -> None:
        if min(self.shortest_length_scale, self.longest_length_scale) <= 0:
            raise ValueError("length-scales must be positive")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the length-scales in samples."""
        scales = np.geomspace(self.shortest_length_scale, self.longest_length_scale, n_sources)
        return {"length_scale": scales.tolist()}
