"""The cores with their abilities and costs, and the choice of ``auto``. Does not import torch."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from bssbench.errors import InputError
from bssbench.parameters import closest

__all__ = [
    "CORES",
    "INDUCING_POINTS",
    "REFERENCES",
    "CoreDescription",
    "chosen_core",
    "core_module",
    "cores_of",
]

Approach = Literal["inversion", "regression"]
Arithmetic = Literal["data", "float64"]

_MATERN = ("matern-1/2", "matern-3/2", "matern-5/2")
_DECAYING = ("squared-exponential", *_MATERN)
_EVERY = (*_DECAYING, "periodic", "rational-quadratic")
# Number of samples at which ``auto`` compares costs. For longer series, dense weights are
# recomputed for each direction instead of stored.
_COMPARED_LENGTH = 4096
# Largest number of samples for which GPyTorch uses a Cholesky decomposition.
_GPYTORCH_CHOLESKY = 800

INDUCING_POINTS = 128
"""Default number of inducing points of the sparse bound."""


@dataclass(frozen=True)
class CoreDescription:
    """Abilities and costs of a core.

    Costs are approximate. They contain only the leading power of T, and agree with measurements
    within a small factor.

    Attributes
    ----------
    approach : str
        ``inversion`` or ``regression``.
    operations : callable
        Number of operations of a forward and a backward pass for one series of T samples, as a
        function of T.
    held : callable
        Peak memory in bytes that each series needs, as a function of T and the item size of the
        data.
    at_work : callable
        Working memory in bytes that all series share, as a function of T.
    kernels : tuple of str
        Names of the supported kernels.
    irregular : bool
        Whether irregular time stamps are supported.
    cpu_only : bool
        Whether only tensors on the CPU are supported.
    exact : bool
        Whether the result agrees with the dense reference to the precision of the data for every
        kernel.
    bound : bool
        Whether the result is an upper bound of the divergence.
    circular : bool
        Whether the result is exact only for a process with a period of T samples.
    keeps : bool
        Whether the core's function returns an object that can be reused between calls.
    arithmetic : str
        Precision of the computation: ``data`` for the precision of the data, or ``float64``.
    arithmetic_kept : str
        Precision of a call that reuses the stored object, if it differs.
    module, function : str
        Where the code of the core is, in the package of its approach. The default module has the
        core's name. The default function is ``factorise`` for inversion, ``weigh`` for regression,
        and ``divergence`` for a core that returns no reusable object.
    library : str
        The package that computes it, if it is not bssbench.
    longest_by_rule : int
        Length of the longest series for which ``auto`` may choose it.
    longest_measured : int
        Length of the longest series in its benchmark.
    changes_above : int
        Length above which its time grows with another power of T; 0 if there is none.
    note : str
        Explanation for readers of the tables.
    """

    approach: Approach
    operations: Callable[[float], float]
    held: Callable[[float, int], float]
    at_work: Callable[[float], float] = lambda _: 0.0
    kernels: tuple[str, ...] = _EVERY
    irregular: bool = True
    cpu_only: bool = False
    exact: bool = True
    bound: bool = False
    circular: bool = False
    keeps: bool = True
    arithmetic: Arithmetic = "data"
    arithmetic_kept: Arithmetic | None = None
    module: str = ""
    function: str = ""
    library: str = ""
    longest_by_rule: int = sys.maxsize
    longest_measured: int = 2**20
    changes_above: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        if not self.function:
            keeping = {"inversion": "factorise", "regression": "weigh"}[self.approach]
            object.__setattr__(self, "function", keeping if self.keeps else "divergence")


CORES = {
    "cholesky": CoreDescription(
        "inversion",
        operations=lambda t: 3 * t**3,
        held=lambda t, _: 12 * t**2,
        at_work=lambda t: 48 * t**2,
        arithmetic="float64",
        arithmetic_kept="data",
        longest_measured=8192,
    ),
    "gpytorch": CoreDescription(
        "inversion",
        operations=lambda t: (28 if t > _GPYTORCH_CHOLESKY else 6) * t**3,
        held=lambda t, _: 40 * t**2 + 2.7e4 * t,
        exact=False,
        keeps=False,
        library="gpytorch",
        longest_measured=8192,
        changes_above=_GPYTORCH_CHOLESKY,
        note="gpytorch is that library's divergence of two normal distributions as it comes: "
        f"conjugate gradients above {_GPYTORCH_CHOLESKY} points, for as many right-hand sides.",
    ),
    "gpytorch-cholesky": CoreDescription(
        "inversion",
        operations=lambda t: 6 * t**3,
        held=lambda t, _: 40 * t**2 + 2.7e4 * t,
        exact=False,
        keeps=False,
        module="gpytorch",
        function="pinned",
        library="gpytorch",
        longest_measured=8192,
        note="gpytorch-cholesky pins that library's Cholesky factorisation.",
    ),
    "gpytorch-grid": CoreDescription(
        "inversion",
        operations=lambda t: 4e6 * t,
        held=lambda t, itemsize: 1e3 * itemsize * t,
        irregular=False,
        exact=False,
        keeps=False,
        module="gpytorch",
        function="on_grid",
        library="gpytorch",
        longest_measured=16384,
        note="gpytorch-grid is that library on a regular grid, as its documentation would have it: "
        "Toeplitz operators and conjugate gradients. Log-determinant and "
        "trace are estimated from ten random vectors each, the same at every call (seed 0): its "
        "error is that of the noisiest gradient, the variances'.",
    ),
    "toeplitz": CoreDescription(
        "inversion",
        operations=lambda t: 30 * t**2,
        held=lambda t, _: 400 * t,
        irregular=False,
        arithmetic="float64",
        longest_measured=131072,
        note="toeplitz takes T steps of T operations each, of which the steps still weigh more.",
    ),
    "inducing": CoreDescription(
        "inversion",
        operations=lambda t: 30 * t * INDUCING_POINTS**2,
        held=lambda t, _: 80 * t * INDUCING_POINTS,
        exact=False,
        bound=True,
        arithmetic="float64",
        longest_measured=131072,
        note=f"inducing is a bound by {INDUCING_POINTS} points, loose where they are farther apart "
        "than a length-scale: its error says how loose.",
    ),
    "markovian": CoreDescription(
        "inversion",
        operations=lambda t: 2e4 * t,
        held=lambda t, _: 1.2e3 * t,
        kernels=_MATERN,
        arithmetic="float64",
    ),
    "compiled": CoreDescription(
        "inversion",
        operations=lambda t: 2e3 * t,
        held=lambda t, _: 100 * t,
        at_work=lambda t: 200 * t,
        kernels=_MATERN,
        cpu_only=True,
        arithmetic="float64",
        note="compiled computes the derivatives along with the value, so that a pass forward takes "
        "as long as both.",
    ),
    "spectral": CoreDescription(
        "inversion",
        operations=lambda t: 5e2 * t,
        held=lambda t, itemsize: 10 * itemsize * t,
        irregular=False,
        exact=False,
        circular=True,
        note="spectral takes the series for one turn of a circle: exact for a process of that "
        "period, for any other off by what the tables of errors say.",
    ),
    "spectral-padded": CoreDescription(
        "inversion",
        operations=lambda t: 1e3 * t,
        held=lambda t, itemsize: 20 * itemsize * t,
        kernels=_DECAYING,
        irregular=False,
        exact=False,
        bound=True,
        module="spectral",
        function="factorise_padded",
        note="spectral-padded embeds the process exactly in a longer circle and is a bound, mostly "
        "not a closer one.",
    ),
    "dense": CoreDescription(
        "regression",
        operations=lambda t: 300 * t**2,
        held=lambda t, itemsize: itemsize * t**2,
        longest_by_rule=_COMPARED_LENGTH,
        longest_measured=16384,
    ),
    "chunked": CoreDescription(
        "regression",
        operations=lambda t: 300 * t**2,
        held=lambda t, _: 100 * t,
        longest_measured=131072,
    ),
    "banded": CoreDescription(
        "regression",
        operations=lambda t: 5e3 * t,
        held=lambda t, _: 200 * t,
        kernels=_DECAYING,
        irregular=False,
        exact=False,
    ),
    "fft": CoreDescription(
        "regression", operations=lambda t: 1e3 * t, held=lambda t, _: 200 * t, irregular=False
    ),
}
"""All cores by name, in the order of tables and figures."""

REFERENCES: dict[Approach, str] = {"inversion": "cholesky", "regression": "chunked"}
"""The reference core of each approach for errors and, for inversion, for relative times."""


def cores_of(approach: Approach) -> tuple[str, ...]:
    """Return the names of an approach's cores.

    Parameters
    ----------
    approach : {"inversion", "regression"}
        The approach.

    Returns
    -------
    tuple of str
        In the order of tables and figures.
    """
    return tuple(name for name, core in CORES.items() if core.approach == approach)


def core_module(name: str) -> str:
    """Return the dotted name of a core's module.

    Parameters
    ----------
    name : str
        The core.

    Returns
    -------
    str
        Its module.
    """
    return f"bssbench.kernels.{CORES[name].approach}.{CORES[name].module or name}"


def chosen_core(
    setting: str,
    approach: Approach,
    kernel: str,
    length: int,
    irregular: bool = False,
    device: str = "cpu",
) -> str:
    """Return the core for a setting: a named core, or for ``auto`` the cheapest exact one.

    The choice of ``auto`` follows the stated costs, not timings, so that a result does not depend
    on the load of the machine.

    Parameters
    ----------
    setting : str
        A core's name or ``auto``.
    approach : {"inversion", "regression"}
        The approach.
    kernel : str
        The kernel's name.
    length : int
        Number of samples T.
    irregular : bool, default=False
        Whether there are irregular time stamps.
    device : str, default="cpu"
        PyTorch's name of the device.

    Returns
    -------
    str
        The core's name.

    Raises
    ------
    InputError
        If the core does not exist, or does not support this kernel, grid or device. The message
        lists the cores that do.
    """
    own = cores_of(approach)
    on_cpu = device.partition(":")[0] == "cpu"
    fit = [
        name
        for name in own
        if kernel in CORES[name].kernels
        and (CORES[name].irregular or not irregular)
        and (on_cpu or not CORES[name].cpu_only)
    ]
    if setting != "auto":
        if setting not in own:
            known = ["auto", *own]
            raise InputError(
                f"unknown core {setting!r} for a kernel {approach}; {closest(setting, known)}"
            )
        if setting not in fit:
            grid = "irregular time stamps" if irregular else "a regular grid"
            where = "" if on_cpu else f" on {device}"
            raise InputError(
                f"core {setting!r} can't do a {kernel} kernel on {grid}{where}; "
                f"these can: {', '.join(fit)}"
            )
        return setting
    exact = [n for n in fit if CORES[n].exact and length <= CORES[n].longest_by_rule]
    return min(exact, key=lambda name: CORES[name].operations(_COMPARED_LENGTH))
