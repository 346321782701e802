"""Families of sources, one module each: `gp_distinct.py` is the family `gp-distinct`.

A family is a frozen dataclass named `Family`, derived from `SourceFamily`, whose fields are its
parameters and whose docstring is the law it follows. Placing such a module in this folder is all it
takes to add one. Modules whose names begin with an underscore hold what families share.
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
    """What a family of sources offers; whatever is not said here is as it is for most."""

    default_n_sources: ClassVar[int] = 3
    default_noise: ClassVar[float] = 0.05
    """Of the sensors, a fraction of each channel's standard deviation."""
    negative_control: ClassVar[bool] = False
    """Whether no method can separate its sources, whatever its prior."""
    untouched: ClassVar[bool] = False
    """Whether nothing may be chosen on it, so that what it shows was not tuned."""

    @abstractmethod
    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time); the caller standardises them."""

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the parameters that tell one source's law from another's, a list per name.

        None where the laws differ in kind, or are drawn anew for each seed.

        Raises
        ------
        ValueError
            If the family has no so many sources.
        """
        return {}

    def spectra(self, n_sources: int, frequencies: np.ndarray) -> np.ndarray:
        """Return the power spectral densities of the sources, shape (source, frequency).

        They are of mean 1 over all frequencies; `frequencies` are in radians per sample.

        Raises
        ------
        NotApplicable
            If they are not known: there is then no bound to hold methods to.
        """
        raise NotApplicable("the spectra of its sources have no closed form")

    def innovation_information(self, n_sources: int) -> np.ndarray:
        """Return the Fisher information of location of each source's innovations; (source,).

        It is E[((log p)′)²] of innovations of unit variance: 1 of a Gaussian distribution, and more
        of any other.

        Raises
        ------
        NotApplicable
            If the sources are no filters of independent innovations, or it is not finite.
        """
        raise NotApplicable("its sources are not known to be filters of innovations")


def family_names() -> list[str]:
    """Return the names of all families, sorted."""
    return list(modules_below(__name__))


def load_family(name: str) -> type[SourceFamily]:
    """Return the family's class, a dataclass; `name` is one of `family_names()`."""
    return importlib.import_module(modules_below(__name__)[name]).Family
