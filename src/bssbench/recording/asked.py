"""What is asked of a method."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bssbench.methods import SeparationMethod, Size, load_method

__all__ = ["Asked"]


@dataclass(frozen=True)
class Asked:
    """What is asked of a method.

    Attributes
    ----------
    method, parameters : str, dict
        As `load_method` takes them.
    n_sources : int
        How many sources to find.
    seeds : tuple of int
        Initialisations, of which the one with the lowest loss is kept.
    bootstrap : int
        Resampled recordings, to see how stable the sources are.
    nonlinear : bool
        Whether the mixing is taken to be nonlinear.
    device : str
        ``cpu`` or ``cuda``.
    root_seed : int
        Another one gives other initialisations for the same seeds.
    cpu_seconds : int
        Limit of a process's CPU time.
    """

    method: str
    n_sources: int
    parameters: dict[str, Any] = field(default_factory=dict)
    seeds: tuple[int, ...] = (0,)
    bootstrap: int = 0
    nonlinear: bool = False
    device: str = "cpu"
    root_seed: int = 0
    cpu_seconds: int = 7200

    def load(self) -> SeparationMethod:
        """Return the method with its parameters."""
        method: SeparationMethod = load_method(self.method, self.parameters)
        return method

    def size(self, observations: np.ndarray, replicates: int = 1) -> Size:
        """Return the size of the problem with so many replicates of observations."""
        length, n_channels = observations.shape
        return Size(replicates, length, n_channels, self.n_sources, self.nonlinear)
