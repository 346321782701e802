"""Gaussian and t-processes with length-scales drawn for each seed."""

import math
from dataclasses import dataclass

import numpy as np

from bssbench.datasets.families import SourceFamily
from bssbench.datasets.families._gaussian_process import squared_exponential_sample


def t_process_sample(
    generator: np.random.Generator, length: int, length_scale: float, degrees_of_freedom: float
) -> np.ndarray:
    """Draw one path of a t-process with covariance exp(-d² / (2 length_scale²)); shape (length,).

    It is a Gaussian path times sqrt((ν - 2) / W), where W is chi-squared with ν degrees of freedom
    (Shah, Wilson and Ghahramani, 2014).
    """
    path = squared_exponential_sample(generator, length, length_scale)
    return path * math.sqrt((degrees_of_freedom - 2) / generator.chisquare(degrees_of_freedom))


@dataclass(frozen=True)
class Family(SourceFamily):
    """Alternating Gaussian and t-processes, length-scales log-uniform from 2 to 40 samples.

    After Hälvä et al. (2023): squared-exponential kernels, uniform degrees of freedom from 4 to 8,
    and sensor noise of variance 0.15 for channels of unit variance. Length-scales and degrees of
    freedom are drawn for each seed; two length-scales may be close to each other.

    A single path does not show which process generated it: a path of a t-process is a Gaussian path
    times a random factor, which standardisation removes. The sources therefore differ only in their
    spectra, as in ``gp-distinct``.
    """

    default_noise = math.sqrt(0.15)

    shortest_length_scale: float = 2.0
    longest_length_scale: float = 40.0

    def __post_init__(self) -> None:
        if not 0 < self.shortest_length_scale <= self.longest_length_scale:
            raise ValueError("length-scales must be positive, the shortest below the longest")

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time)."""
        shortest, longest = np.log(self.shortest_length_scale), np.log(self.longest_length_scale)
        scales = np.exp(generator.uniform(shortest, longest, size=n_sources))
        degrees = generator.uniform(4.0, 8.0, size=n_sources)
        return np.stack(
            [
                t_process_sample(generator, length, scales[source], degrees[source])
                if source % 2
                else squared_exponential_sample(generator, length, scales[source])
                for source in range(n_sources)
            ]
        )
