"""Which cores there are, what each can do, and which ``auto`` means. No torch until one is used."""

import importlib
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
    "Core",
    "CoreDescription",
    "chosen_core",
    "core_module",
    "load_core",
    "load_module",
]

Approach = Literal["inversion", "regression"]

_MATERN = ("matern-1/2", "matern-3/2", "matern-5/2")
_ENDING = ("squared-exponential", *_MATERN)
_ALL = (*_ENDING, "periodic", "rational-quadratic")
# Longer series' weights are made anew for each direction rather than kept.
_LONGEST_DENSE = 4096


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
    """What a core can do.

    Attributes
    ----------
    approach : str
        ``inversion`` or ``regression``.
    module : str
        Where it is, below `bssbench.kernels`.
    kernels : tuple of str
        Names of the kernels it takes.
    irregular : bool
        Whether it takes time stamps.
    exact : bool
        Whether it agrees with the dense reference to the precision of the data, whatever the
        kernel.
    keeps : bool
        Whether its module has something to keep between calls (``factorise`` or ``weigh``).
    function : str
        The core in its module.
    """

    approach: Approach
    module: str
    kernels: tuple[str, ...] = _ALL
    irregular: bool = True
    exact: bool = True
    keeps: bool = True
    function: str = "divergence"


CORES = {
    "cholesky": CoreDescription("inversion", "inversion.cholesky"),
    "gpytorch": CoreDescription("inversion", "inversion.gpytorch", exact=False, keeps=False),
    "gpytorch-cholesky": CoreDescription(
        "inversion", "inversion.gpytorch", exact=False, keeps=False, function="pinned"
    ),
    "toeplitz": CoreDescription("inversion", "inversion.toeplitz", irregular=False),
    "inducing": CoreDescription("inversion", "inversion.inducing", exact=False),
    "markovian": CoreDescription("inversion", "inversion.markovian", kernels=_MATERN),
    "dense": CoreDescription("regression", "regression.dense"),
    "chunked": CoreDescription("regression", "regression.chunked"),
    "banded": CoreDescription(
        "regression", "regression.banded", kernels=_ENDING, irregular=False, exact=False
    ),
    "fft": CoreDescription("regression", "regression.fft", irregular=False),
}


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
    fit = [
        name
        for name, core in CORES.items()
        if core.approach == approach
        and kernel in core.kernels
        and (core.irregular or not irregular)
    ]
    if setting != "auto":
        own = [name for name, core in CORES.items() if core.approach == approach]
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
    if approach == "regression":
        by_pairs = "dense" if length <= _LONGEST_DENSE else "chunked"
        return by_pairs if irregular else "fft"
    return next(name for name in ("markovian", "toeplitz", "cholesky") if name in fit)
