"""The common signature of all kernel cores, and functions to load one."""

import importlib
from collections.abc import Callable
from typing import Any, Protocol

import torch

from bssbench.errors import InputError
from bssbench.kernels.catalogue import CORES, core_module
from bssbench.kernels.regression import divergence_about
from bssbench.kernels.stationary import Kernel
from bssbench.parameters import closest

__all__ = ["Core", "load_core", "load_function"]


class Core(Protocol):
    """The common signature of all cores."""

    def __call__(
        self,
        mean: torch.Tensor,
        variance: torch.Tensor,
        kernel: Kernel,
        noise_variance: torch.Tensor,
        times: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return the divergence of a factorised Gaussian posterior from the prior.

        It is differentiable with respect to mean, variance, the kernel's parameters and the noise
        variance.

        Parameters
        ----------
        mean : torch.Tensor
            Posterior means, shape (replicate, latent, time), float32 or float64.
        variance : torch.Tensor
            Posterior variances, shape (replicate, latent, time) or (replicate, latent, 1).
        kernel : Kernel
            Parameters of shape (replicate, latent).
        noise_variance : torch.Tensor
            Shape (replicate, latent). For a Gaussian process, the nugget as a fraction of the
            kernel's variance; for a kernel regression, the variance around the regression.
        times : torch.Tensor, optional
            Time stamps, shape (time,), nondecreasing. By default a regular grid of step 1, with
            length-scales in samples.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent), in nats.

        Raises
        ------
        InputError
            If the core does not support this kernel or grid. The message lists cores that do.
        """


def load_function(name: str) -> Callable[..., Any]:
    """Import the function of a core.

    Parameters
    ----------
    name : str
        A core.

    Returns
    -------
    callable
        The function that returns the core's reusable object, or the core itself if it has none.
    """
    function: Callable[..., Any] = getattr(
        importlib.import_module(core_module(name)), CORES[name].function
    )
    return function


def load_core(name: str) -> Core:
    """Return a core as one function that computes the divergence.

    Parameters
    ----------
    name : str
        A core.

    Returns
    -------
    Core
        A function with the common signature.

    Raises
    ------
    InputError
        If there is no such core.
    """
    if name not in CORES:
        raise InputError(f"unknown core {name!r}; {closest(name, list(CORES))}")
    core, function = CORES[name], load_function(name)
    if not core.keeps:
        return function
    if core.approach == "inversion":
        return lambda mean, variance, kernel, noise_variance, times=None: (
            function(kernel, noise_variance, mean.shape[-1], mean.dtype, times)
        ).divergence(mean, variance)
    return lambda mean, variance, kernel, noise_variance, times=None: divergence_about(
        function(kernel, mean.shape[-1], mean.dtype, times).regress(mean),
        mean,
        variance,
        noise_variance,
    )
