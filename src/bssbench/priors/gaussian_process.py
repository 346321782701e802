"""The Gaussian-process prior of GP-VAE (Casale et al., 2018; Fortuin et al., 2020)."""

import copy
from collections.abc import Mapping
from typing import Self

import torch
from torch import nn

from bssbench.kernels.catalogue import CORES, chosen_core
from bssbench.kernels.core import load_core, load_function
from bssbench.kernels.inversion import Factor
from bssbench.kernels.spectra import circular_covariance
from bssbench.kernels.stationary import Kernel, covariance, make_kernel
from bssbench.priors.base import Prior

__all__ = ["GaussianProcessPrior"]


class GaussianProcessPrior(Prior):
    """z_i ~ GP(0, k_i), with a kernel of one length-scale for each latent.

    The length-scales are learned by the exact gradient (of the bound, for the core ``inducing``).
    As each new length-scale costs a factorisation, they move only at every k-th step, and the
    factor is kept between. The variance is one: the latents' scale is a free gauge.

    Parameters
    ----------
    length_scales : torch.Tensor
        Shape (replicate, latent), in samples: where learning starts.
    length : int
        Number of samples in time.
    kernel : str
        A kernel whose only parameter is its length-scale.
    core : str
        A core of `bssbench.kernels.catalogue` by kernel inversion, or ``auto``.
    update_every : int
        k, in training steps; 0 keeps the length-scales fixed.
    nugget : float
        Added to the diagonal, as a fraction of the variance.
    shared : bool
        Whether all latents of a replicate have one length-scale, that of the first (an ablation).
    device : str
        Where it will be computed, by which ``auto`` chooses.
    """

    def __init__(
        self,
        length_scales: torch.Tensor,
        length: int,
        kernel: str = "squared-exponential",
        core: str = "auto",
        update_every: int = 10,
        nugget: float = 0.01,
        shared: bool = False,
        device: str = "cpu",
    ) -> None:
        super().__init__()
        self.length, self.kernel, self.update_every = length, kernel, update_every
        self.nugget, self.shape = nugget, length_scales.shape
        self.core = chosen_core(core, "inversion", kernel, length, device=device)
        # A length-scale that moves only at every k-th step has to get as far in fewer.
        self.learning_rate_factor = max(1.0, update_every / 5.0)
        # On a logarithmic scale, so that one step means the same proportion for short and long
        # ones.
        own = length_scales[:, :1] if shared else length_scales
        self.log_length_scale = nn.Parameter(torch.log(own))
        self._learned = update_every > 0
        self._kept: Factor | None = None

    def _kernel(self, learned: bool) -> Kernel:
        parameter = self.log_length_scale if learned else self.log_length_scale.detach()
        return make_kernel(self.kernel, torch.exp(parameter).expand(self.shape))

    def _nugget(self) -> torch.Tensor:
        return self.log_length_scale.new_full(self.shape, self.nugget)

    def _factorise(self) -> Factor:
        """Return the factor of the present length-scales, differentiable in them if they move."""
        kernel, dtype = self._kernel(self._learned), self.log_length_scale.dtype
        factor: Factor = load_function(self.core)(kernel, self._nugget(), self.length, dtype)
        return factor

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate,), in nats."""
        variance = std**2
        if not CORES[self.core].keeps:
            kernel, nugget = self._kernel(self._learned), self._nugget()
            return load_core(self.core)(mean, variance, kernel, nugget).sum(-1)
        factor = self._factorise() if self._kept is None else self._kept
        return factor.divergence(mean, variance).sum(-1)

    def advance(self, step: int) -> None:
        """Let the length-scales move, and renew the factor, at every k-th step."""
        self._learned = self.update_every > 0 and step % self.update_every == 0
        if not CORES[self.core].keeps:
            return
        if self._learned or self._kept is None:
            self._kept = self._factorise()
        else:
            self._kept = self._kept.detach()

    def resized(self, length: int) -> Self:
        """Return this prior as it is now, for series of `length`; both have the same parameters.

        Its factor belongs to the length-scales as they are, which may have moved since the last one
        that training had.
        """
        other = copy.copy(self)
        other.length, other._kept = length, None
        if CORES[self.core].keeps:
            with torch.no_grad():
                other._kept = other._factorise()
        return other

    def covariance(self, length: int) -> torch.Tensor:
        """Return the prior's covariances, (replicate, latent, length, length), in float64."""
        kernel = self._kernel(learned=False).to(torch.float64)
        if CORES[self.core].circular:
            matrix = circular_covariance(kernel, length)
            return matrix + self.nugget * torch.eye(length).to(matrix)
        time = torch.arange(length, dtype=torch.float64, device=kernel.length_scale.device)
        nugget = self.nugget * torch.eye(length, dtype=torch.float64, device=time.device)
        return covariance(kernel, (time[:, None] - time).abs()) + nugget

    @torch.no_grad()
    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw paths of shape (replicate, latent, length)."""
        factors = torch.linalg.cholesky(self.covariance(length))
        shape = (*self.shape, length, 1)
        white = torch.randn(shape, generator=generator, dtype=torch.float64).to(factors)
        return (factors @ white)[..., 0].to(self.log_length_scale.dtype)

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return the length-scales in samples, shape (replicate, latent)."""
        return {"length_scale": torch.exp(self.log_length_scale).expand(self.shape)}
