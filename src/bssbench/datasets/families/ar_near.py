"""Autoregressions with similar coefficients and Laplace innovations: nearly equal spectra."""

from dataclasses import dataclass

from bssbench.datasets.families import ar_laplace_distinct


@dataclass(frozen=True)
class Family(ar_laplace_distinct.Family):
    """AR(1) with Laplace innovations, coefficients evenly spaced from 0.70 to 0.85."""

    smallest_coefficient: float = 0.70
    largest_coefficient: float = 0.85
