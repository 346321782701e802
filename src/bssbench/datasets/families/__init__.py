"""Families of sources, one module each: `gp_distinct.py` is the family `gp-distinct`.

A family is a frozen dataclass named `Family` whose fields are its parameters, whose docstring is
the law it follows, and which has the attributes and methods of `SourceFamily`; where the usual
sensor noise does not fit, also `default_noise: ClassVar[float]`, a fraction of each channel's
standard deviation; and where no method can separate its sources, whatever its prior,
`negative_control: ClassVar[bool] = True`. Placing such a module in this folder is all it takes to
add one. Modules whose names begin with an underscore hold what families share.
"""

import importlib
from typing import Any, ClassVar, Protocol

import numpy as np

from bssbench.discovery import modules_below

__all__ = ["SourceFamily", "family_names", "is_negative_control", "load_family"]


class SourceFamily(Protocol):
    """What a family of sources offers."""

    default_n_sources: ClassVar[int]

    def sample(self, generator: np.random.Generator, n_sources: int, length: int) -> np.ndarray:
        """Draw sources of shape (source, time); the caller standardises them."""

    def laws(self, n_sources: int) -> dict[str, list[float]]:
        """Return the parameters that tell one source's law from another's, a list per name."""


def family_names() -> list[str]:
    """Return the names of all families, sorted."""
    return list(modules_below(__name__))


def load_family(name: str) -> Any:
    """Return the family's class; `name` is one of `family_names()`."""
    return importlib.import_module(modules_below(__name__)[name]).Family


def is_negative_control(name: str) -> bool:
    """Return whether no method can separate this family's sources."""
    return bool(getattr(load_family(name), "negative_control", False))
