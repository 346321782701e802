"""The Gaussian-process prior of GP-VAE (Casale et al., 2018; Fortuin et al., 2020)."""

import copy
from collections.abc import Mapping

import torch
from torch import nn

from bssbench.kernels.catalogue import CORES, chosen_core
from bssbench.kernels.core import load_core, load_module
from bssbench.kernels.inversion import Factor
from bssbench.kernels.stationary import Kernel, covariance, make_kernel

__all__ = ["GaussianProcessPrior"]


class GaussianProcessPrior(nn.Module):
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
    """

    needs_sample = False
    normalised = True
    bears_correlated_errors = True
    relates_times = True

    def __init__(
        self,
        length_scales: torch.Tensor,
        length: int,
        kernel: str = "squared-exponential",
        core: str = "auto",
        update_every: int = 10,
        nugget: float = 0.01,
    ) -> None:
        super().__init__()
        self.length, self.kernel, self.update_every = length, kernel, update_every
        self.nugget = nugget
        self.core = chosen_core(core, "inversion", kernel, length)
        # A length-scale that moves only at every k-th step has to get as far in fewer.
        self.learning_rate_factor = max(1.0, update_every / 5.0)
        # On a logarithmic scale, so that one step means the same proportion for short and long
        # ones.
        self.log_length_scale = nn.Parameter(torch.log(length_scales))
        self._due = True
        self._kept: Factor | None = None
        self._factorised_at = torch.full_like(length_scales, torch.nan)

    def _kernel(self, learned: bool) -> Kernel:
        parameter = self.log_length_scale if learned else self.log_length_scale.detach()
        return make_kernel(self.kernel, torch.exp(parameter))

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate,), in nats."""
        variance = std**2
        due = self._due
        if not torch.is_grad_enabled():
            # A loss that is reported belongs to the length-scales that are reported with it.
            due = not torch.equal(self._factorised_at, self.log_length_scale)
        self._due = False
        if self._kept is not None and not due:
            return self._kept.divergence(mean, variance).sum(-1)
        kernel = self._kernel(learned=due and self.update_every > 0)
        nugget = torch.full_like(kernel.length_scale, self.nugget)
        if not CORES[self.core].keeps:
            return load_core(self.core)(mean, variance, kernel, nugget).sum(-1)
        factor = load_module(self.core).factorise(kernel, nugget, self.length, mean.dtype)
        self._kept = factor.detach()
        self._factorised_at = self.log_length_scale.detach().clone()
        return factor.divergence(mean, variance).sum(-1)

    def advance(self, step: int) -> None:
        """Let the length-scales move, and renew the factor, at every k-th step."""
        if self.update_every > 0 and step % self.update_every == 0:
            self._due = True

    def resized(self, length: int) -> "GaussianProcessPrior":
        """Return this prior for series of another length; both have the same parameters."""
        other = copy.copy(self)
        other.length, other._kept, other._due = length, None, True
        return other

    def covariance(self, length: int) -> torch.Tensor:
        """Return the prior's covariances, (replicate, latent, length, length), in float64."""
        kernel = self._kernel(learned=False).to(torch.float64)
        time = torch.arange(length, dtype=torch.float64, device=kernel.length_scale.device)
        nugget = self.nugget * torch.eye(length, dtype=torch.float64, device=time.device)
        return covariance(kernel, (time[:, None] - time).abs()) + nugget

    @torch.no_grad()
    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw paths of shape (replicate, latent, length)."""
        factors = torch.linalg.cholesky(self.covariance(length))
        shape = (*self.log_length_scale.shape, length, 1)
        white = torch.randn(shape, generator=generator, dtype=torch.float64).to(factors)
        return (factors @ white)[..., 0].to(self.log_length_scale.dtype)

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return the length-scales in samples, shape (replicate, latent)."""
        return {"length_scale": torch.exp(self.log_length_scale)}
