"""The divergence as GPyTorch computes it, in the precision of the data.

`divergence` takes GPyTorch as it comes: above 800 samples its solves and log-determinants change,
without a word, from Cholesky to conjugate gradients and Lanczos, which are approximate. `pinned`
keeps it at Cholesky. This is its divergence of two multivariate normal distributions, which solves
for as many right-hand sides as there are samples; its marginal likelihood solves for few, and is
another quantity. Where Cholesky fails it adds up to 1e-4 to the diagonal, with a warning.

Both flush denormals to zero in the calling thread, and leave it so: GPyTorch's kernels underflow to
them. In single precision a gradient can be wrong by a few per cent at T = 1,024. Nothing is kept
between calls.
"""

from typing import Any

import gpytorch
import torch
from gpytorch.distributions import MultivariateNormal
from linear_operator.operators import DiagLinearOperator
from linear_operator.utils.errors import NanError, NotPSDError

from bssbench.errors import InputError
from bssbench.kernels.inversion import NOT_POSITIVE_DEFINITE
from bssbench.kernels.stationary import (
    Kernel,
    Matern12,
    Matern32,
    Matern52,
    Periodic,
    RationalQuadratic,
)
from bssbench.kernels.time_stamps import checked_times

__all__ = ["divergence", "pinned"]

_PINNED = 2**31


def _translated(kernel: Kernel) -> tuple[gpytorch.kernels.Kernel, dict[str, torch.Tensor]]:
    """Return GPyTorch's kernel and its parameters, by name, in its own conventions."""
    batch = torch.Size(kernel.length_scale.shape)
    scale = kernel.length_scale[..., None, None]
    smoothness = {Matern12: 0.5, Matern32: 1.5, Matern52: 2.5}
    if type(kernel) in smoothness:
        nu = smoothness[type(kernel)]
        return gpytorch.kernels.MaternKernel(nu=nu, batch_shape=batch), {"lengthscale": scale}
    if isinstance(kernel, Periodic):
        theirs = gpytorch.kernels.PeriodicKernel(batch_shape=batch)
        # exp(−2 sin²(πd/p)/ℓ): their length-scale is the square of the usual one.
        return theirs, {"lengthscale": scale**2, "period_length": kernel.period[..., None, None]}
    if isinstance(kernel, RationalQuadratic):
        theirs = gpytorch.kernels.RQKernel(batch_shape=batch)
        return theirs, {"lengthscale": scale, "alpha": kernel.shape[..., None]}
    return gpytorch.kernels.RBFKernel(batch_shape=batch), {"lengthscale": scale}


class _Evaluated(torch.nn.Module):
    """A kernel evaluated at once: lazily, parameters lent to it would be gone by then."""

    def __init__(self, kernel: gpytorch.kernels.Kernel) -> None:
        super().__init__()
        self.kernel = kernel

    def forward(self, time: torch.Tensor) -> Any:
        """Return the covariance of time stamps (time, 1) as a linear operator."""
        return self.kernel(time).evaluate_kernel()


def divergence(
    mean: torch.Tensor,
    variance: torch.Tensor,
    kernel: Kernel,
    noise_variance: torch.Tensor,
    times: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return the divergence (replicate, latent) in nats; see `bssbench.kernels.core.Core`."""
    # Its kernels underflow to denormals, which cost it three quarters of its time. This is for the
    # whole thread, but nothing else can be done from outside.
    torch.set_flush_denormal(True)
    stamps = checked_times(times, mean.shape[-1], mean.device).to(mean.dtype)
    theirs, parameters = _translated(kernel)
    raw = {
        f"kernel.raw_{name}": getattr(theirs, f"raw_{name}_constraint").inverse_transform(value)
        for name, value in parameters.items()
    }
    module = _Evaluated(theirs.to(stamps))
    matrix = torch.func.functional_call(module, raw, (stamps[:, None],))
    prior_covariance = matrix.add_diagonal(noise_variance.to(mean.dtype)[..., None])
    posterior = MultivariateNormal(mean, DiagLinearOperator(variance.expand(mean.shape)))
    prior = MultivariateNormal(torch.zeros_like(mean), prior_covariance)
    try:
        return torch.distributions.kl_divergence(posterior, prior)
    except (NanError, NotPSDError):
        raise InputError(NOT_POSITIVE_DEFINITE) from None


def pinned(
    mean: torch.Tensor,
    variance: torch.Tensor,
    kernel: Kernel,
    noise_variance: torch.Tensor,
    times: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return the divergence (replicate, latent) in nats, by Cholesky at every length."""
    with gpytorch.settings.max_cholesky_size(_PINNED):
        return divergence(mean, variance, kernel, noise_variance, times)
