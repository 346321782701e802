"""The settings of a separation."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bssbench.methods import SeparationMethod, Size, load_method

__all__ = ["Asked"]


@dataclass(frozen=True)
class Asked:
    """The settings of a separation by one method.

    Attributes
    ----------
    method, parameters : str, dict
        As for `load_method`.
    n_sources : int
        Number of sources to find.
    seeds : tuple of int
        Seeds of the initialisations; the one with the lowest loss is kept.
    bootstrap : int
        Number of resampled recordings, to assess the stability of the sources.
    nonlinear : bool
        Whether nonlinear mixing is assumed.
    device : str
        ``cpu`` or ``cuda``.
    root_seed : int
        Changes the initialisations that belong to the seeds.
    cpu_seconds : int
        Limit of CPU time for one process, in seconds.
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
        """Return the size of the problem for a number of replicates of the observations."""
        length, n_channels = observations.shape
        return Size(replicates, length, n_channels, self.n_sources, self.nonlinear)
