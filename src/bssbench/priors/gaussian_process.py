"""The Gaussian-process prior of GP-VAE (Casale et al., 2018; Fortuin et al., 2020)."""

from collections.abc import Mapping

import gpytorch
import torch
from torch import nn

from bssbench.kernels.inversion import (
    Factor,
    divergence_by_factor,
    divergence_in_covariance,
    factorise,
)

__all__ = ["GaussianProcessPrior"]


class _DenseCovariance(nn.Module):
    """A GPyTorch kernel evaluated at once.

    GPyTorch evaluates lazily, by which time parameters lent through `functional_call` are gone
    again.
    """

    def __init__(self, kernel: gpytorch.kernels.Kernel) -> None:
        super().__init__()
        self.kernel = kernel

    def forward(self, time: torch.Tensor) -> torch.Tensor:
        """Return covariances of shape (latent, time, time) between time points (time, 1)."""
        dense: torch.Tensor = self.kernel(time).to_dense()
        return dense


class GaussianProcessPrior(nn.Module):
    """z_i ~ GP(0, k_i) with a squared-exponential kernel of GPyTorch, solved by Cholesky.

    The length-scales are learned by the exact, closed-form gradient. As each new length-scale costs
    a Cholesky factor and an inverse, they move only at every k-th step, and the inverse is kept
    between. The variance is one: the latents' scale is a free gauge.

    Parameters
    ----------
    length_scales : torch.Tensor
        Shape (replicate, latent), in samples: where learning starts.
    length : int
        Number of samples in time.
    update_every : int
        k, in training steps; 0 keeps the length-scales fixed.
    nugget : float
        Added to the diagonal, as a fraction of the variance.
    """

    needs_sample = False
    # A length-scale moves only at every k-th step, and has to get as far in fewer.
    learning_rate_factor = 5.0
    precision: torch.Tensor
    log_determinant: torch.Tensor

    def __init__(
        self,
        length_scales: torch.Tensor,
        length: int,
        update_every: int = 20,
        nugget: float = 0.01,
    ) -> None:
        super().__init__()
        replicates, latents = length_scales.shape
        self.length, self.update_every, self.nugget = length, update_every, nugget
        # Evaluated one replicate at a time with that replicate's parameters, so that only its
        # matrices are in memory.
        kernel = gpytorch.kernels.RBFKernel(batch_shape=torch.Size([latents]))
        # On a logarithmic scale, so that one step means the same proportion for short and long
        # ones.
        self.log_length_scale = nn.Parameter(torch.log(length_scales))
        # Held in a tuple: the kernel's own parameters are placeholders, not for the optimiser.
        self._covariance = (_DenseCovariance(kernel.to(torch.float64)),)
        self.register_buffer("precision", torch.zeros(replicates, latents, length, length))
        self.register_buffer("log_determinant", torch.zeros(replicates, latents))
        self._due = True

    def covariance(self, log_length_scale: torch.Tensor) -> torch.Tensor:
        """Return the prior covariances of one replicate.

        Parameters
        ----------
        log_length_scale : torch.Tensor
            Shape (latent,), float64.

        Returns
        -------
        torch.Tensor
            Shape (latent, time, time), float64.
        """
        (covariance,) = self._covariance
        covariance.to(log_length_scale.device)
        time = torch.arange(self.length, dtype=torch.float64, device=log_length_scale.device)
        length_scale = torch.exp(log_length_scale)[:, None, None]
        raw = covariance.kernel.raw_lengthscale_constraint.inverse_transform(length_scale)
        parameters = {"kernel.raw_lengthscale": raw}
        dense = torch.func.functional_call(covariance, parameters, (time[:, None],))
        identity = torch.eye(self.length, dtype=torch.float64, device=dense.device)
        return dense + self.nugget * identity

    def _refactorise(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Renew the kept inverses; return ∂KL/∂(log length-scale) of shape (replicate, latent)."""
        gradient = torch.zeros_like(self.log_length_scale)
        for replicate in range(len(mean)):
            scales = self.log_length_scale[replicate].detach().to(torch.float64)
            scales.requires_grad_(self.update_every > 0)
            with torch.enable_grad():
                covariance = self.covariance(scales)
            factor = factorise(covariance.detach())
            self.precision[replicate] = factor.precision
            self.log_determinant[replicate] = factor.log_determinant
            if self.update_every > 0:
                # The inverse needs float64; its product with itself, for a gradient, does not, and
                # is half of the cost.
                kept = Factor(self.precision[replicate], self.log_determinant[replicate])
                slope = divergence_in_covariance(mean[replicate], variance[replicate], kept)
                (gradient[replicate],) = torch.autograd.grad(
                    covariance, scales, slope.to(covariance)
                )
        return gradient

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate,), in nats."""
        variance = (std**2).expand(mean.shape)
        surrogate = torch.zeros((), device=mean.device)
        if self._due:
            with torch.no_grad():
                gradient = self._refactorise(mean, variance)
            # Zero in value; its derivative in the length-scales is the closed form just computed.
            moved = self.log_length_scale - self.log_length_scale.detach()
            surrogate = (gradient * moved).sum(-1)
            self._due = False
        factor = Factor(self.precision, self.log_determinant)
        return divergence_by_factor(mean, variance, factor).sum(-1) + surrogate

    def advance(self, step: int) -> None:
        """Let the length-scales move, and renew the inverses, at every k-th step."""
        self._due = self._due or (self.update_every > 0 and step % self.update_every == 0)

    @torch.no_grad()
    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw paths of shape (replicate, latent, length); `length` is that of the prior."""
        if length != self.length:
            raise ValueError(f"this prior is over {self.length} time points, not {length}")
        paths = []
        for log_length_scale in self.log_length_scale.to(torch.float64):
            factor = torch.linalg.cholesky(self.covariance(log_length_scale))
            white = torch.randn(
                (factor.shape[0], length, 1), generator=generator, dtype=torch.float64
            )
            paths.append((factor @ white)[..., 0])
        return torch.stack(paths).to(self.log_length_scale.dtype)

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return the length-scales in samples, shape (replicate, latent)."""
        return {"length_scale": torch.exp(self.log_length_scale)}
