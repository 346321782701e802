"""Which cores there are, what each can do, and which ``auto`` means. No torch until one is used."""

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Literal, Protocol

from bssbench.errors import InputError
from bssbench.parameters import closest

if TYPE_CHECKING:
    import torch

    from bssbench.kernels.stationary import Kernel

__all__ = [
    "CORES",
    "INDUCING_POINTS",
    "REFERENCES",
    "Approach",
    "Core",
    "CoreDescription",
    "chosen_core",
    "core_module",
    "cores_of",
    "load_core",
    "load_module",
]

Approach = Literal["inversion", "regression"]

_MATERN = ("matern-1/2", "matern-3/2", "matern-5/2")
_ENDING = ("squared-exponential", *_MATERN)
_ALL = (*_ENDING, "periodic", "rational-quadratic")
# At so many samples ``auto`` compares what cores cost; longer series' dense weights are made anew
# for each direction rather than kept.
_COMPARED_LENGTH = 4096
# Up to so many, GPyTorch takes a Cholesky factor.
_GPYTORCH_CHOLESKY = 800

INDUCING_POINTS = 128
"""How many of them the sparse bound uses if nothing else is said."""


class Core(Protocol):
    """The one signature of all cores."""

    def __call__(
        self,
        mean: "torch.Tensor",
        variance: "torch.Tensor",
        kernel: "Kernel",
        noise_variance: "torch.Tensor",
        times: "torch.Tensor | None" = None,
    ) -> "torch.Tensor":
        """Return the divergence of a factorised Gaussian posterior from the prior.

        Differentiable in mean, variance, the kernel's parameters and the noise variance.

        Parameters
        ----------
        mean : torch.Tensor
            Posterior means, shape (replicate, latent, time), float32 or float64.
        variance : torch.Tensor
            Posterior variances, shape (replicate, latent, time) or (replicate, latent, 1).
        kernel : Kernel
            Parameters of shape (replicate, latent).
        noise_variance : torch.Tensor
            Shape (replicate, latent): variance that the prior has on top of what the kernel
            explains. For a Gaussian process the nugget, as a fraction of the kernel's variance; for
            a kernel regression the variance around the regression.
        times : torch.Tensor, optional
            Time stamps, shape (time,), not decreasing; without them a regular grid of step one, so
            that length-scales are in samples.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent), in nats.

        Raises
        ------
        InputError
            If the core can't deal with this kernel or grid, naming those that can.
        """


@dataclass(frozen=True)
class CoreDescription:
    """What a core can do and what it costs: all that is said of it outside its own module.

    Costs are rough: the leading power of T, forward and backward, with factors that make them agree
    with measurements within a factor of a few.

    Attributes
    ----------
    approach : str
        ``inversion`` or ``regression``.
    module : str
        Where it is, below `bssbench.kernels`.
    operations : callable
        Operations that one series of T samples takes, forward and backward, given T.
    held : callable
        Bytes that each series holds at the peak, given T and the bytes of a number of the data.
    at_work : callable
        Bytes that are needed once, because series are dealt with one after the other, given T.
    kernels : tuple of str
        Names of the kernels it takes.
    irregular : bool
        Whether it takes time stamps.
    exact : bool
        Whether it agrees with the dense reference to the precision of the data, whatever the
        kernel.
    bound : bool
        Whether it computes an upper bound of the divergence.
    keeps : bool
        Whether its module has something to keep between calls (``factorise`` or ``weigh``).
    function : str
        The core in its module.
    library : str
        The package that computes it, if that isn't this one.
    longest_by_rule : int
        Longest series for which ``auto`` may mean it.
    longest_measured : int
        Longest series that its benchmark tries.
    changes_above : int
        Number of samples above which its time is another power of T; 0 if it is one throughout.
    note : str
        What a reader of the tables must know of it, in sentences.
    """

    approach: Approach
    module: str
    operations: Callable[[float], float]
    held: Callable[[float, int], float]
    at_work: Callable[[float], float] = lambda _: 0.0
    kernels: tuple[str, ...] = _ALL
    irregular: bool = True
    exact: bool = True
    bound: bool = False
    keeps: bool = True
    function: str = "divergence"
    library: str = ""
    longest_by_rule: int = sys.maxsize
    longest_measured: int = 2**20
    changes_above: int = 0
    note: str = ""


CORES = {
    "cholesky": CoreDescription(
        "inversion",
        "inversion.cholesky",
        operations=lambda length: 3 * length**3,
        held=lambda length, _: 12 * length**2,
        at_work=lambda length: 48 * length**2,
        longest_measured=8192,
    ),
    "gpytorch": CoreDescription(
        "inversion",
        "inversion.gpytorch",
        operations=lambda length: (40 if length > _GPYTORCH_CHOLESKY else 6) * length**3,
        held=lambda length, _: 40 * length**2,
        exact=False,
        keeps=False,
        library="gpytorch",
        longest_measured=8192,
        changes_above=_GPYTORCH_CHOLESKY,
        note="gpytorch is that library's divergence of two normal distributions as it comes, in the "
        f"precision of the data: conjugate gradients above {_GPYTORCH_CHOLESKY} points, for as "
        "many right-hand sides.",
    ),
    "gpytorch-cholesky": CoreDescription(
        "inversion",
        "inversion.gpytorch",
        operations=lambda length: 6 * length**3,
        held=lambda length, _: 40 * length**2,
        exact=False,
        keeps=False,
        function="pinned",
        library="gpytorch",
        longest_measured=8192,
        note="gpytorch-cholesky pins that library's Cholesky factorisation, in the same precision.",
    ),
    "toeplitz": CoreDescription(
        "inversion",
        "inversion.toeplitz",
        operations=lambda length: 30 * length**2,
        held=lambda length, _: 400 * length,
        irregular=False,
        longest_measured=131072,
        note="toeplitz takes T steps of T operations each, of which the steps still weigh more.",
    ),
    "inducing": CoreDescription(
        "inversion",
        "inversion.inducing",
        operations=lambda length: 30 * length * INDUCING_POINTS**2,
        held=lambda length, _: 80 * length * INDUCING_POINTS,
        exact=False,
        bound=True,
        longest_measured=131072,
        note=f"inducing is a bound by {INDUCING_POINTS} points, loose where they are farther apart "
        "than a length-scale: its error says how loose.",
    ),
    "markovian": CoreDescription(
        "inversion",
        "inversion.markovian",
        operations=lambda length: 2e4 * length,
        held=lambda length, _: 1.2e3 * length,
        kernels=_MATERN,
    ),
    "dense": CoreDescription(
        "regression",
        "regression.dense",
        operations=lambda length: 300 * length**2,
        held=lambda length, itemsize: itemsize * length**2,
        longest_by_rule=_COMPARED_LENGTH,
        longest_measured=16384,
    ),
    "chunked": CoreDescription(
        "regression",
        "regression.chunked",
        operations=lambda length: 300 * length**2,
        held=lambda length, _: 100 * length,
        longest_measured=131072,
    ),
    "banded": CoreDescription(
        "regression",
        "regression.banded",
        operations=lambda length: 5e3 * length,
        held=lambda length, _: 200 * length,
        kernels=_ENDING,
        irregular=False,
        exact=False,
    ),
    "fft": CoreDescription(
        "regression",
        "regression.fft",
        operations=lambda length: 1e3 * length,
        held=lambda length, _: 200 * length,
        irregular=False,
    ),
}
"""Every core, by name, in the order of tables and figures."""

REFERENCES: dict[Approach, str] = {"inversion": "cholesky", "regression": "chunked"}
"""The core of each approach that others' errors and, by inversion, times are relative to."""


def cores_of(approach: Approach) -> tuple[str, ...]:
    """Return the names of an approach's cores, in the order of tables and figures."""
    return tuple(name for name, core in CORES.items() if core.approach == approach)


def core_module(name: str) -> str:
    """Return the dotted name of the module of core `name`."""
    return f"bssbench.kernels.{CORES[name].module}"


def load_module(name: str) -> ModuleType:
    """Import the module of core `name`."""
    return importlib.import_module(core_module(name))


def load_core(name: str) -> Core:
    """Return core `name`.

    Raises
    ------
    InputError
        If there is no such core.
    """
    if name not in CORES:
        raise InputError(f"unknown core {name!r}; {closest(name, list(CORES))}")
    core: Core = getattr(load_module(name), CORES[name].function)
    return core


def chosen_core(
    setting: str, approach: Approach, kernel: str, length: int, irregular: bool = False
) -> str:
    """Return the core that a setting means: itself, or for ``auto`` the cheapest exact one.

    By rule, not by timing: a result must not depend on how busy the machine was.

    Parameters
    ----------
    setting : str
        A core's name or ``auto``.
    approach : str
        ``inversion`` or ``regression``.
    kernel : str
        The kernel's name.
    length : int
        Number of samples T.
    irregular : bool
        Whether there are time stamps.

    Raises
    ------
    InputError
        If there is no such core for this approach, or it can't deal with this kernel or grid;
        naming those that can.
    """
    own = cores_of(approach)
    fit = [
        name
        for name in own
        if kernel in CORES[name].kernels and (CORES[name].irregular or not irregular)
    ]
    if setting != "auto":
        if setting not in own:
            known = ["auto", *own]
            raise InputError(
                f"unknown core {setting!r} for a kernel {approach}; {closest(setting, known)}"
            )
        if setting not in fit:
            grid = "irregular time stamps" if irregular else "a regular grid"
            raise InputError(
                f"core {setting!r} can't do a {kernel} kernel on {grid}; "
                f"these can: {', '.join(fit)}"
            )
        return setting
    exact = [n for n in fit if CORES[n].exact and length <= CORES[n].longest_by_rule]
    return min(exact, key=lambda name: CORES[name].operations(_COMPARED_LENGTH))
