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
    """Gaussian process on each latent, z_i ~ GP(0, k_i), with one learned length-scale each.

    The length-scales are learned by the exact gradient (for the core ``inducing``, the gradient of
    the bound). Each update costs a factorisation, so the length-scales are updated at every k-th
    step only, and the factor is kept in between. The variance is 1, because the latents' scale is a
    free gauge.

    Parameters
    ----------
    length_scales : torch.Tensor
        Shape (replicate, latent). Initial length-scales in samples.
    length : int
        Number of time points.
    kernel : str, default="squared-exponential"
        A kernel whose only parameter is its length-scale.
    core : str, default="auto"
        A kernel inversion core of `bssbench.kernels.catalogue`, or ``auto``.
    update_every : int, default=10
        Number k of training steps per update; 0 keeps the length-scales fixed.
    nugget : float, default=0.01
        Added to the diagonal, as a fraction of the variance.
    shared : bool, default=False
        Whether all latents of a replicate have the length-scale of the first (an ablation).
    device : str, default="cpu"
        Device of the computation, from which ``auto`` selects the core.
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
        # With fewer updates, each one needs a larger step.
        self.learning_rate_factor = max(1.0, update_every / 5.0)
        # On a logarithmic scale, so that a step is a relative change for short and long ones alike.
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
        """Return the factor of the current length-scales, differentiable if they are learned."""
        kernel, dtype = self._kernel(self._learned), self.log_length_scale.dtype
        factor: Factor = load_function(self.core)(kernel, self._nugget(), self.length, dtype)
        return factor

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate,) in nats; see `Prior.divergence`."""
        variance = std**2
        if not CORES[self.core].keeps:
            kernel, nugget = self._kernel(self._learned), self._nugget()
            return load_core(self.core)(mean, variance, kernel, nugget).sum(-1)
        factor = self._factorise() if self._kept is None else self._kept
        return factor.divergence(mean, variance).sum(-1)

    def advance(self, step: int) -> None:
        """Enable the gradient of the length-scales and renew the factor at every k-th step."""
        self._learned = self.update_every > 0 and step % self.update_every == 0
        if not CORES[self.core].keeps:
            return
        if self._learned or self._kept is None:
            self._kept = self._factorise()
        else:
            self._kept = self._kept.detach()

    def resized(self, length: int) -> Self:
        """Return this prior for series of another length, with the same parameters.

        The factor is recomputed, because the length-scales may have changed since the last one.
        """
        other = copy.copy(self)
        other.length, other._kept = length, None
        if CORES[self.core].keeps:
            with torch.no_grad():
                other._kept = other._factorise()
        return other

    def covariance(self, length: int) -> torch.Tensor:
        """Return the covariance matrices of the prior, with the nugget.

        Parameters
        ----------
        length : int
            Number of time points.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, length, length), in float64.
        """
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
