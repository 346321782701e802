"""Deterministic waveforms of unknown period and phase."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import sawtooth, square

from bssbench.datasets.families import SourceFamily

# The amplitude modulation is slower than its carrier by this factor; the amplitude stays positive.
_MODULATION_RATIO = 5.0
_MODULATION_DEPTH = 0.8


@dataclass(frozen=True)
class Family(SourceFamily):
    """Sine, square, sawtooth and amplitude-modulated sine, in that order, repeated.

    Phases are uniform. Periods are log-uniform from 15 to 150 samples; any two differ by at least
    20 %.
    """

    default_n_sources = 4

    shortest_period: float = 15.0
    longest_period: float = 150.0
    least_period_ratio: float = 1.2

    def __post_init__(self) -> None:
        if not 2 < self.shortest_period <= self.longest_period:
            raise ValueError("periods must be above 2 samples, the shortest below the longest")
        if self.least_period_ratio < 1:
            raise ValueError("least_period_ratio must be at least 1")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return an empty dictionary, since the periods are drawn for each seed.

        Raises
        ------
        ValueError
            If this many sufficiently different periods do not fit between the bounds.
        """
        room = np.log(self.longest_period / self.shortest_period)
        if 2 * (n_sources - 1) * np.log(self.least_period_ratio) > room:
            raise ValueError(
                f"{n_sources} periods a factor of {self.least_period_ratio} apart are too many "
                f"between {self.shortest_period} and {self.longest_period} samples"
            )
        return {}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        periods = self._periods(generator, n_sources)
        phases = generator.uniform(0.0, 2 * np.pi, size=(n_sources, 2))
        angle = 2 * np.pi * np.arange(length) / periods[:, None] + phases[:, :1]
        envelope_angle = 2 * np.pi * np.arange(length) / (_MODULATION_RATIO * periods[:, None])
        envelope = 1.0 + _MODULATION_DEPTH * np.sin(envelope_angle + phases[:, 1:])
        shapes = (np.sin, square, sawtooth, np.sin)
        return np.stack(
            [
                shapes[source % 4](angle[source]) * (envelope[source] if source % 4 == 3 else 1.0)
                for source in range(n_sources)
            ]
        )

    def _periods(self, generator: np.random.Generator, n_sources: int) -> np.ndarray:
        """Draw periods until all of them differ sufficiently; shape (source,)."""
        room = np.log(self.longest_period / self.shortest_period)
        while True:
            log_periods = np.log(self.shortest_period) + room * generator.random(n_sources)
            gaps = np.diff(np.sort(log_periods))
            if np.all(gaps >= np.log(self.least_period_ratio)):
                return np.exp(log_periods)
