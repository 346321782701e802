"""Gaussian processes with similar length-scales: spectra differ by less than an octave."""

from dataclasses import dataclass

from bssbench.datasets.families import gp_distinct


@dataclass(frozen=True)
class Family(gp_distinct.Family):
    """Squared-exponential Gaussian processes, length-scales geometric from 6 to 10 samples."""

    shortest_length_scale: float = 6.0
    longest_length_scale: float = 10.0
