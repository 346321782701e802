"""Poisson shot noise: pulses at random times, which fade at a rate of each source's own."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

from bssbench.datasets.families import SourceFamily

# In decay times. A pulse as old as this is below the rounding error.
_OLDEST_PULSE = 50


def shot_noise_sample(
    generator: np.random.Generator, length: int, arrival_rate: float, decay_time: float
) -> np.ndarray:
    """Draw one stationary path of shot noise; shape (length,).

    Pulses (u / τ) exp(-u / τ) of age u, with τ the decay time, arrive in continuous time by a
    Poisson process, so many a sample, and have exponential heights of mean 1. The sum over pulses
    is exact and takes a time that grows linearly with the length: from one sample to the next, what
    has arrived decays by exp(-1 / τ), and a pulse's rise is proportional to its age.
    """
    before = int(np.ceil(_OLDEST_PULSE * decay_time))
    total = before + length
    arrivals = total * generator.random(generator.poisson(arrival_rate * total))
    heights = generator.exponential(size=len(arrivals))
    # The samples that see a pulse first, and its age there.
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
    """Poisson shot noise of exponential heights, decay times geometric from 2 to 20 samples.

    Campbell (1909), Rice (1944): the sum of pulses (u / τ) exp(-u / τ) that arrive by a Poisson
    process, one in ten samples. The autocorrelation at a distance d is (1 + d / τ) exp(-d / τ), and
    all cumulants are positive: sources are skewed, the fast ones the most, smooth in time, and
    their pulses are at no sample's time, so that no autoregression has them as its innovations.
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
