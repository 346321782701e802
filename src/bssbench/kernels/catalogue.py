"""Which cores there are, what each can do, and which ``auto`` means. No torch until one is used."""

import importlib
from types import ModuleType

from bssbench.errors import InputError
from bssbench.kernels.core import DECAYING, MATERN, Approach, Core, CoreDescription
from bssbench.parameters import closest

__all__ = [
    "CORES",
    "INDUCING_POINTS",
    "REFERENCES",
    "chosen_core",
    "core_module",
    "cores_of",
    "load_core",
    "load_module",
]

# At so many samples ``auto`` compares what cores cost; longer series' dense weights are made anew
# for each direction rather than kept.
_COMPARED_LENGTH = 4096
# Up to so many, GPyTorch takes a Cholesky factor.
_GPYTORCH_CHOLESKY = 800

INDUCING_POINTS = 128
"""How many of them the sparse bound uses if nothing else is said."""


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
        note="gpytorch is that library's divergence of two normal distributions as it comes: "
        f"conjugate gradients above {_GPYTORCH_CHOLESKY} points, for as many right-hand sides; it "
        "computes in single precision here, the other cores by inversion in double.",
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
        kernels=MATERN,
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
        kernels=DECAYING,
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
