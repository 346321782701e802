"""The negative control: Gaussian sources with equal spectra, which are not identifiable."""

from dataclasses import dataclass

from bssbench.datasets.families._gaussian_process import GaussianProcesses


@dataclass(frozen=True)
class Family(GaussianProcesses):
    """Squared-exponential Gaussian processes with equal length-scales: not identifiable."""

    negative_control = True

    length_scale: float = 10.0

    def __post_init__(self) -> None:
        if self.length_scale <= 0:
            raise ValueError(f"length_scale must be positive, not {self.length_scale}")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the length-scales in samples."""
        return {"length_scale": [self.length_scale] * n_sources}
