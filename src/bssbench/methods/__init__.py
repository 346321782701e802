"""Separation methods, one module each: `vae/skr_vae.py` is the method `skr-vae`.

A method's module defines a class `Method`, derived from `SeparationMethod`. It imports heavy
libraries inside functions, so that listing methods and checking their parameters stays fast. To
add a method, place such a module in this folder, at any depth. Modules whose names begin with an
underscore contain shared code. Methods in `controls/` calibrate the scale of scores and are left
out of comparisons.
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
    """The size of a problem, from which a method estimates its memory and time.

    Attributes
    ----------
    replicates : int
        Number of seeds that are separated together.
    length : int
        Number of time points.
    n_channels : int
        Number of observed channels.
    n_sources : int
        Number of sources to estimate.
    nonlinear : bool
        Whether the mixing is nonlinear.
    """

    replicates: int
    length: int
    n_channels: int
    n_sources: int
    nonlinear: bool

    @property
    def values(self) -> int:
        """Number of values in the observations and sources of all replicates."""
        return self.replicates * self.length * (self.n_channels + self.n_sources)


@dataclass(frozen=True)
class Problem:
    """The input of a separation method.

    Attributes
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).
    n_sources : int
        Number of sources to estimate.
    seeds : sequence of numpy.random.SeedSequence
        One seed per replicate; all randomness derives from it.
    nonlinear : bool
        Whether the mixing is known to be nonlinear.
    device : str
        ``cpu`` or ``cuda``, for methods that support both.
    sources : numpy.ndarray or None
        Shape (replicate, time, source). The true sources, given only to methods that set
        `SeparationMethod.needs_true_sources`.
    keep : bool
        Whether to store the trained model in `Separation.kept`, so that it can be applied to other
        observations. Ctrl-C then stops the training and returns the result reached so far.
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
    """Base class of separation methods.

    A method is a frozen dataclass. Its fields are its parameters, each defined by
    `bssbench.parameters.parameter` with a default. The first line of its docstring describes the
    method in `bssbench list`. The class attributes below have the values that suit most methods.
    """

    deterministic: ClassVar[bool] = False
    """Whether the result is independent of the seed, so that a recording needs one replicate."""
    needs_true_sources: ClassVar[bool] = False
    """Whether the method requires `Problem.sources`; true for controls only."""
    can_demix_nonlinearly: ClassVar[bool] = False
    """Whether the method uses `Problem.nonlinear`."""
    has_held_out_objective: ClassVar[bool] = False
    """Whether ``held_out`` returns an objective on time points not used in training."""

    def __post_init__(self) -> None:
        check_parameters(self)

    @property
    def loaded_modules(self) -> tuple[str, ...]:
        """Dotted names of modules that the method loads by name, without an import statement."""
        return ()

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory of `separate`.

        Parameters
        ----------
        size : Size
            The size of the problem.

        Returns
        -------
        int
            Megabytes, including imported libraries.
        """
        return 500 + int(size.values * 8 * 12 / 1e6)

    def seconds(self, size: Size) -> int:
        """Return a rough estimate of the CPU time of `separate`.

        The workflow starts the longest cells first.

        Parameters
        ----------
        size : Size
            The size of the problem.

        Returns
        -------
        int
            Seconds.
        """
        return 1 + int(size.values / 1e6)

    @abstractmethod
    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Estimate the sources.

        Parameters
        ----------
        problem : Problem
            The observations, the number of sources and the seeds.
        progress : callable, optional
            Called with the number of steps done and the total number of steps.

        Returns
        -------
        Separation
            The estimated sources of each replicate, with diagnostics and times.

        Raises
        ------
        bssbench.errors.NotApplicable
            If the method does not apply to this problem, or exceeds a stated limit.
        bssbench.errors.InputError
            If no method can separate these observations.
        """

    def nonlinear_demixing(self, arrays: Mapping[str, np.ndarray]) -> Demixing | None:
        """Return the demixing map stored in `Kept.arrays`.

        Parameters
        ----------
        arrays : mapping of str to numpy.ndarray
            The arrays of one replicate, as stored in `Kept.arrays`.

        Returns
        -------
        Demixing or None
            The map; None if an unmixing matrix describes it.
        """
        return None


def method_names() -> list[str]:
    """Return the names of all methods.

    Returns
    -------
    list of str
        The names in alphabetical order.
    """
    return list(modules_below(__name__))


def control_names() -> list[str]:
    """Return the names of the controls, which mark the ceiling of scores and the chance level.

    Returns
    -------
    list of str
        The names in alphabetical order.
    """
    return list(modules_below(f"{__name__}.controls"))


def method_module(name: str) -> str:
    """Return the dotted name of the method's module.

    Parameters
    ----------
    name : str
        The method's name, such as ``skr-vae``.

    Returns
    -------
    str
        The module's name, such as ``bssbench.methods.vae.skr_vae``.

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
    """Return the modules from which a method with these parameters is loaded.

    Parameters
    ----------
    name : str
        The method's name.
    parameters : dict of str to object
        Parameters that differ from the defaults.

    Returns
    -------
    tuple of str
        Dotted names: the method's own module and those that it loads by name.

    Raises
    ------
    InputError
        If the method or a parameter is unknown, or a value is invalid.
    """
    return (method_module(name), *load_method(name, parameters).loaded_modules)


def load_method(name: str, parameters: dict[str, Any]) -> Any:
    """Return a method with the given parameters.

    Parameters
    ----------
    name : str
        The method's name.
    parameters : dict of str to object
        Parameters that differ from the defaults.

    Returns
    -------
    SeparationMethod
        An instance of the method's class.

    Raises
    ------
    InputError
        If the method or a parameter is unknown, or a value is invalid.
    """
    method = importlib.import_module(method_module(name)).Method
    return from_mapping(method, parameters, f"method {name!r}")
