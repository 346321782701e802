"""Separation methods, one module each: `vae/skr_vae.py` is the method `skr-vae`.

A method's module holds a class `Method` (see `SeparationMethod`) and imports heavy libraries where
it uses them, so that methods can be listed and their parameters checked in no time. Placing such a
module in this folder, at any depth, is all it takes to add a method. Modules whose names begin with
an underscore hold what methods share; those in `controls/` calibrate the scale of scores and take
no part in comparisons.
"""

import importlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bssbench.discovery import modules_below
from bssbench.errors import InputError
from bssbench.parameters import check_parameters, closest, from_mapping
from bssbench.separation import Demixing, Separation

__all__ = [
    "Problem",
    "SeparationMethod",
    "Size",
    "control_names",
    "load_method",
    "method_module",
    "method_modules",
    "method_names",
]


@dataclass(frozen=True)
class Size:
    """How large a problem is; all that a method's memory and time depend on."""

    replicates: int
    length: int
    n_channels: int
    n_sources: int
    nonlinear: bool

    @property
    def values(self) -> int:
        """Numbers in the observations and the sources of all replicates."""
        return self.replicates * self.length * (self.n_channels + self.n_sources)


@dataclass(frozen=True)
class Problem:
    """What a method is given.

    Attributes
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).
    n_sources : int
        How many sources to find.
    seeds : sequence of numpy.random.SeedSequence
        One per replicate, the only source of randomness.
    nonlinear : bool
        Whether the mixing is known to be nonlinear.
    device : str
        ``cpu`` or ``cuda``, for methods that can choose.
    sources : numpy.ndarray or None
        Shape (replicate, time, source): the truth, for a method that declares to need it and no
        other.
    keep : bool
        Whether what was trained is to be kept for other observations, in `Separation.kept`; Ctrl-C
        then ends a training where it is, and what it has reached is the result.
    """

    observations: np.ndarray
    n_sources: int
    seeds: Sequence[np.random.SeedSequence]
    nonlinear: bool = False
    device: str = "cpu"
    sources: np.ndarray | None = None
    keep: bool = False

    @property
    def size(self) -> Size:
        """The size of the problem."""
        replicates, length, n_channels = self.observations.shape
        return Size(replicates, length, n_channels, self.n_sources, self.nonlinear)


@dataclass(frozen=True)
class SeparationMethod(ABC):
    """A method: a frozen dataclass whose fields are its parameters, with defaults.

    The first line of its docstring describes it in `bssbench list`; `bssbench.parameters.parameter`
    makes its fields. Whatever is not said here is as it is for most methods.
    """

    deterministic: ClassVar[bool] = False
    """Whether the seed makes no difference, so that a fixed recording needs one replicate."""
    needs_true_sources: ClassVar[bool] = False
    """Whether `Problem.sources` has to be given: true for controls alone."""
    can_demix_nonlinearly: ClassVar[bool] = False
    """Whether `Problem.nonlinear` makes a difference."""
    has_held_out_objective: ClassVar[bool] = False
    """Whether ``held_out`` returns an objective on time that was not trained on."""

    def __post_init__(self) -> None:
        check_parameters(self)

    @property
    def loaded_modules(self) -> tuple[str, ...]:
        """Dotted names of modules that it loads by name, which no import tells of."""
        return ()

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory of `separate`, everything included."""
        return 500 + int(size.values * 8 * 12 / 1e6)

    def seconds(self, size: Size) -> int:
        """Return a rough estimate of the CPU time of `separate`: the longest starts first."""
        return 1 + int(size.values / 1e6)

    @abstractmethod
    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Estimate the sources.

        Parameters
        ----------
        problem : Problem
            Observations and what is known of them.
        progress : callable, optional
            Called with (steps done, steps in all).

        Raises
        ------
        bssbench.errors.NotApplicable
            If the method has no meaning here, or a stated limit forbids it.
        bssbench.errors.InputError
            If the observations can't be separated by any method.
        """

    def nonlinear_demixing(self, arrays: Mapping[str, np.ndarray]) -> Demixing | None:
        """Return the map that `Kept.arrays` hold, where no unmixing matrix says it; else None."""
        return None


def method_names() -> list[str]:
    """Return the names of all methods, sorted."""
    return list(modules_below(__name__))


def control_names() -> list[str]:
    """Return the names of the controls, sorted: the ceiling of scores and the level of chance."""
    return list(modules_below(f"{__name__}.controls"))


def method_module(name: str) -> str:
    """Return the dotted name of the method's module.

    Raises
    ------
    InputError
        If there is no such method.
    """
    modules = modules_below(__name__)
    if name not in modules:
        raise InputError(f"unknown method {name!r}; {closest(name, modules)}")
    return modules[name]


def method_modules(name: str, parameters: dict[str, Any]) -> tuple[str, ...]:
    """Return the dotted names of the modules that a method with these parameters starts from.

    Raises
    ------
    InputError
        For an unknown method or parameter, or an impossible value.
    """
    return (method_module(name), *load_method(name, parameters).loaded_modules)


def load_method(name: str, parameters: dict[str, Any]) -> Any:
    """Return the method with its parameters set.

    Raises
    ------
    InputError
        For an unknown method or parameter, or an impossible value.
    """
    method = importlib.import_module(method_module(name)).Method
    return from_mapping(method, parameters, f"method {name!r}")
