"""Families of sources, one module each: `gp_distinct.py` is the family `gp-distinct`.

A family is a frozen dataclass named `Family`, derived from `SourceFamily`. Its fields are its
parameters, and its docstring states the distribution of the sources. To add a family, place such a
module in this folder. Modules whose names begin with an underscore contain shared code.
"""

import importlib
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.discovery import modules_below
from bssbench.errors import NotApplicable

__all__ = ["SourceFamily", "family_names", "load_family"]


@dataclass(frozen=True)
class SourceFamily(ABC):
    """Base class of families of sources; the defaults suit most families."""

    default_n_sources: ClassVar[int] = 3
    """Number of sources if the id does not state it."""
    default_noise: ClassVar[float] = 0.05
    """Sensor noise, as a fraction of each channel's standard deviation."""
    negative_control: ClassVar[bool] = False
    """Whether the sources are not identifiable, so that no method can separate them."""
    untouched: ClassVar[bool] = False
    """Whether the family is reserved for testing, so that nothing may be tuned on it."""

    @abstractmethod
    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources, which the caller standardises.

        Parameters
        ----------
        generator : numpy.random.Generator
            Source of randomness.
        n_sources : int
            Number of sources.
        length : int
            Number of time points.

        Returns
        -------
        numpy.ndarray
            Shape (source, time).
        """

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the parameters in which the sources' distributions differ.

        Parameters
        ----------
        n_sources : int
            Number of sources.

        Returns
        -------
        dict of str to list of float
            A list with one value per source for each parameter. Empty if the distributions differ
            in kind, or if their parameters are drawn for each seed.

        Raises
        ------
        ValueError
            If the family does not provide this many sources.
        """
        return {}

    def spectra(self, n_sources: int, frequencies: np.ndarray) -> np.ndarray:
        """Return the power spectral densities of the sources.

        Parameters
        ----------
        n_sources : int
            Number of sources.
        frequencies : numpy.ndarray
            Shape (frequency,), in radians per sample.

        Returns
        -------
        numpy.ndarray
            Shape (source, frequency), with mean 1 over all frequencies.

        Raises
        ------
        NotApplicable
            If the spectra are unknown; there is then no bound on the interference.
        """
        raise NotApplicable("the spectra of its sources have no closed form")

    def innovation_information(self, n_sources: int) -> np.ndarray:
        """Return the Fisher information of location of each source's innovations.

        It is E[((log p)′)²] for innovations of unit variance: 1 for a Gaussian distribution and
        larger for any other.

        Parameters
        ----------
        n_sources : int
            Number of sources.

        Returns
        -------
        numpy.ndarray
            Shape (source,).

        Raises
        ------
        NotApplicable
            If the sources are not linear filters of independent innovations, or if the information
            is infinite.
        """
        raise NotApplicable("its sources are not known to be filters of innovations")


def family_names() -> list[str]:
    """Return the names of all families.

    Returns
    -------
    list of str
        In alphabetical order.
    """
    return list(modules_below(__name__))


def load_family(name: str) -> type[SourceFamily]:
    """Return the class of a family.

    Parameters
    ----------
    name : str
        One of `family_names()`.

    Returns
    -------
    type
        A dataclass derived from `SourceFamily`.
    """
    return importlib.import_module(modules_below(__name__)[name]).Family
