"""What a kernel core is: the signature that all share, and the record of what one can do."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import torch

    from bssbench.kernels.stationary import Kernel

__all__ = ["DECAYING", "EVERY_KERNEL", "MATERN", "Approach", "Core", "CoreDescription"]

Approach = Literal["inversion", "regression"]

MATERN = ("matern-1/2", "matern-3/2", "matern-5/2")
DECAYING = ("squared-exponential", *MATERN)
"""Kernels that are nothing beyond a few length-scales."""
EVERY_KERNEL = (*DECAYING, "periodic", "rational-quadratic")


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
    kernels: tuple[str, ...] = EVERY_KERNEL
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
