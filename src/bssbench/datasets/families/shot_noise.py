"""Poisson shot noise: pulses at random times, with a different decay time for each source."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from bssbench.datasets.families import SourceFamily

# In decay times. An older pulse is below rounding error.
_OLDEST_PULSE = 50


def shot_noise_sample(
    generator: np.random.Generator, length: int, arrival_rate: float, decay_time: float
) -> np.ndarray:
    """Draw one stationary path of shot noise; shape (length,).

    Pulses (u / τ) exp(-u / τ) of age u, with decay time τ, arrive in continuous time by a Poisson
    process of rate `arrival_rate` per sample. Their heights are exponential with mean 1. The sum is
    exact, at a cost linear in the length: it is computed by a recursive filter, since a pulse
    decays by exp(-1 / τ) per sample and its linear factor grows with its age.
    """
    before = int(np.ceil(_OLDEST_PULSE * decay_time))
    total = before + length
    arrivals = total * generator.random(generator.poisson(arrival_rate * total))
    heights = generator.exponential(size=len(arrivals))
    # The first sample after each arrival, and the age of the pulse at that sample.
    first = np.floor(arrivals).astype(int)
    age = first + 1 - arrivals
    faded = heights * np.exp(-age / decay_time)
    start = np.bincount(first, faded * age / decay_time, total)
    slope = np.bincount(first, faded / decay_time, total)
    decay = np.exp(-1 / decay_time)
    path = lfilter([1.0], [1.0, -decay], start)
    path += lfilter([0.0, decay], [1.0, -2 * decay, decay**2], slope)
    return np.asarray(path[before:])


@dataclass(frozen=True)
class Family(SourceFamily):
    """Poisson shot noise with exponential heights, decay times geometric from 2 to 20 samples.

    The sum of pulses (u / τ) exp(-u / τ) that arrive by a Poisson process, by default one per ten
    samples (Campbell, 1909; Rice, 1944). The autocorrelation at lag d is (1 + d / τ) exp(-d / τ),
    and all cumulants are positive. The sources are smooth in time and skewed, the fast ones most.
    Pulses arrive between samples, so that the sources are not exact autoregressions.
    """

    untouched = True

    arrival_rate: float = 0.1
    shortest_decay_time: float = 2.0
    longest_decay_time: float = 20.0

    def __post_init__(self) -> None:
        if min(self.arrival_rate, self.shortest_decay_time, self.longest_decay_time) <= 0:
            raise ValueError("arrival_rate and decay times must be positive")

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the decay times in samples."""
        times = np.geomspace(self.shortest_decay_time, self.longest_decay_time, n_sources)
        return {"decay_time": times.tolist()}

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        times = self.laws(n_sources)["decay_time"]
        paths = [shot_noise_sample(generator, length, self.arrival_rate, time) for time in times]
        return np.stack(paths)
