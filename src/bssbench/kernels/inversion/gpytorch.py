"""The divergence as GPyTorch computes it, in the precision of the data.

`divergence` uses GPyTorch with its defaults. Above 800 samples, its solves and log-determinants
silently change from Cholesky decomposition to conjugate gradients and Lanczos, which are
approximate. `pinned` uses Cholesky decomposition at every length. Both compute the divergence of
two multivariate normal distributions, which solves for as many right-hand sides as there are
samples; the marginal likelihood, a different quantity, needs only a few. If the decomposition
fails, GPyTorch adds up to 1e-4 to the diagonal, with a warning. In single precision, a gradient can
have an error of a few per cent at T = 1,024.

`on_grid` combines the operators that GPyTorch's documentation recommends for a regular grid. C is a
Toeplitz operator, whose products with vectors are Fourier transforms. Conjugate gradients solve for
the mean and for random vectors that estimate Σ_t s_t² (C⁻¹)_tt. Stochastic Lanczos quadrature
estimates log|C| with the same number of vectors. With ten vectors, the gradient with respect to a
variance has an error of about a sixth. (GPyTorch's ``GridKernel`` is such an operator too, but does
not support batches of kernels.)

All functions flush denormals to zero in the calling thread and do not restore the setting, because
GPyTorch's kernels underflow to denormals. Nothing is stored between calls.
"""

from typing import Any

import gpytorch
import torch
from gpytorch.distributions import MultivariateNormal
from linear_operator.operators import DiagLinearOperator, LinearOperator, ToeplitzLinearOperator
from linear_operator.utils.errors import NanError, NotPSDError

from bssbench.errors import InputError
from bssbench.kernels.inversion import NOT_POSITIVE_DEFINITE, spread_terms
from bssbench.kernels.stationary import (
    Kernel,
    Matern12,
    Matern32,
    Matern52,
    Periodic,
    RationalQuadratic,
)
from bssbench.kernels.time_stamps import checked_times, require_regular_grid

__all__ = ["divergence", "on_grid", "pinned"]

_PINNED = 2**31
# Settings of on_grid. The tolerance is GPyTorch's for predictions: with its tolerance for training,
# 1, the error of a length-scale's gradient is as large as the gradient. Preconditioners are
# GPyTorch's defaults, none below 2,000 samples and rank 15 above; they save less than a quarter of
# the time at every length.
_TOLERANCE = 0.01
_SEED = 0


def _translated(kernel: Kernel) -> tuple[gpytorch.kernels.Kernel, dict[str, torch.Tensor]]:
    """Return GPyTorch's kernel and its parameters by name, in GPyTorch's conventions."""
    batch = torch.Size(kernel.length_scale.shape)
    scale = kernel.length_scale[..., None, None]
    smoothness = {Matern12: 0.5, Matern32: 1.5, Matern52: 2.5}
    if type(kernel) in smoothness:
        nu = smoothness[type(kernel)]
        return gpytorch.kernels.MaternKernel(nu=nu, batch_shape=batch), {"lengthscale": scale}
    if isinstance(kernel, Periodic):
        theirs = gpytorch.kernels.PeriodicKernel(batch_shape=batch)
        # exp(−2 sin²(πd/p)/ℓ): the length-scale in GPyTorch is the square of the usual one.
        return theirs, {"lengthscale": scale**2, "period_length": kernel.period[..., None, None]}
    if isinstance(kernel, RationalQuadratic):
        theirs = gpytorch.kernels.RQKernel(batch_shape=batch)
        return theirs, {"lengthscale": scale, "alpha": kernel.shape[..., None]}
    return gpytorch.kernels.RBFKernel(batch_shape=batch), {"lengthscale": scale}


class _Evaluated(torch.nn.Module):
    """A kernel evaluated immediately, because a functional call restores its parameters."""

    def __init__(self, kernel: gpytorch.kernels.Kernel) -> None:
        super().__init__()
        self.kernel = kernel

    def forward(self, *times: torch.Tensor) -> Any:
        """Return the covariance of one or two sets of time stamps (time, 1) as an operator."""
        return self.kernel(*times).evaluate_kernel()


def _evaluated(kernel: Kernel, *times: torch.Tensor) -> LinearOperator:
    # GPyTorch's kernels underflow to denormals, which take three quarters of its time. The setting
    # affects the whole thread, but there is no other way from outside of GPyTorch.
    torch.set_flush_denormal(True)
    theirs, parameters = _translated(kernel)
    raw = {
        f"kernel.raw_{name}": getattr(theirs, f"raw_{name}_constraint").inverse_transform(value)
        for name, value in parameters.items()
    }
    module = _Evaluated(theirs.to(times[0]))
    return torch.func.functional_call(module, raw, tuple(t[:, None] for t in times))


def divergence(
    mean: torch.Tensor,
    variance: torch.Tensor,
    kernel: Kernel,
    noise_variance: torch.Tensor,
    times: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return the divergence (replicate, latent) in nats; see `bssbench.kernels.core.Core`."""
    stamps = checked_times(times, mean.shape[-1], mean.device).to(mean.dtype)
    matrix = _evaluated(kernel, stamps)
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
    """Return the divergence (replicate, latent) in nats, by Cholesky decomposition."""
    with gpytorch.settings.max_cholesky_size(_PINNED):
        return divergence(mean, variance, kernel, noise_variance, times)


def on_grid(
    mean: torch.Tensor,
    variance: torch.Tensor,
    kernel: Kernel,
    noise_variance: torch.Tensor,
    times: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return an estimate of the divergence (replicate, latent) in nats, by conjugate gradients.

    The result is the same for the same arguments. It differs for the same series in another batch,
    because random vectors are drawn for the whole batch and the stopping rule uses the mean
    residual.
    """
    length, noise = mean.shape[-1], noise_variance.to(mean.dtype)
    require_regular_grid(times, length, core="gpytorch-grid", instead="gpytorch")
    stamps = checked_times(None, length, mean.device).to(mean.dtype)
    first_column = _evaluated(kernel, stamps[:1], stamps).to_dense()[..., 0, :]
    covariance = ToeplitzLinearOperator(first_column).add_diagonal(noise[..., None])
    n_probes = gpytorch.settings.num_trace_samples.value()
    with (
        gpytorch.settings.max_cholesky_size(0),
        gpytorch.settings.cg_tolerance(_TOLERANCE),
        torch.random.fork_rng(devices=[mean.device] if mean.is_cuda else []),
    ):
        # GPyTorch does not accept a generator for its own draws.
        torch.manual_seed(_SEED)
        signs = torch.randn(*mean.shape, n_probes).to(mean).sign()
        probes = (variance.expand(mean.shape) / n_probes).sqrt()[..., None] * signs
        sides = torch.cat([mean[..., None], probes], -1)
        quadratic, log_determinant = covariance.inv_quad_logdet(sides, logdet=True)
    return 0.5 * (quadratic + log_determinant + spread_terms(variance, length))
