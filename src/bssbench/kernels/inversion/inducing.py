"""An upper bound of the divergence with M inducing points: O(T·M²), any time stamps.

With inducing values u at M of the times and Q = K_tu (K_uu + jI)⁻¹ K_ut, Titsias (2009) bounds the
log-density of the process from below, and hence the divergence from above:

    log N(z; 0, K + σ²I) ≥ log N(z; 0, Q + σ²I) − tr(K − Q)/2σ².

The small jitter j keeps K_uu invertible. It only reduces Q, so that the bound remains valid. The
computation is in float64, because K_uu of a smooth kernel is close to singular.
"""

from dataclasses import dataclass

import torch

from bssbench.errors import InputError
from bssbench.kernels.catalogue import INDUCING_POINTS
from bssbench.kernels.inversion import NOT_POSITIVE_DEFINITE, Factor, spread_terms
from bssbench.kernels.stationary import Kernel, covariance
from bssbench.kernels.time_stamps import checked_times

__all__ = ["InducingFactor", "factorise"]

_JITTER = 1e-8


@dataclass(frozen=True)
class InducingFactor(Factor):
    """Low-rank form of (Q + σ²I)⁻¹ = (I − BᵀB)/σ², in float64.

    `root` is B, (replicate, latent, inducing, time), `unexplained` the diagonal of I − BᵀB,
    (replicate, latent, time), and `log_determinant` is log|Q + σ²I| + tr(K − Q)/σ², of the shape of
    σ², (replicate, latent).
    """

    root: torch.Tensor
    unexplained: torch.Tensor
    log_determinant: torch.Tensor
    noise_variance: torch.Tensor

    def divergence(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return the bound of shape (replicate, latent), in nats; see `Factor.divergence`."""
        wide = mean.to(self.root.dtype)
        explained = (self.root @ wide[..., None])[..., 0]
        quadratic = (wide**2).sum(-1) - (explained**2).sum(-1)
        spread = (self.unexplained * variance).sum(-1)
        energy = (quadratic + spread) / self.noise_variance + self.log_determinant
        return 0.5 * (energy.to(mean.dtype) + spread_terms(variance, mean.shape[-1]))


def _cholesky(matrix: torch.Tensor) -> torch.Tensor:
    factor, failed = torch.linalg.cholesky_ex(matrix)
    # A diverged series stays NaN and does not affect the others.
    if (failed.bool() & torch.isfinite(matrix).all(-1).all(-1)).any():
        raise InputError(NOT_POSITIVE_DEFINITE)
    return factor


def factorise(
    kernel: Kernel,
    noise_variance: torch.Tensor,
    length: int,
    dtype: torch.dtype,  # noqa: ARG001
    times: torch.Tensor | None = None,
    inducing_points: int = INDUCING_POINTS,
) -> InducingFactor:
    """Project C on the values at inducing points, which are evenly spaced among the samples.

    With as many inducing points as samples, the bound equals the divergence except for the jitter.

    Raises
    ------
    InputError
        If there are no inducing points or the time stamps are invalid.
    """
    if inducing_points < 1:
        raise InputError(f"inducing points must be at least 1, not {inducing_points}")
    stamps = checked_times(times, length, noise_variance.device)
    chosen = torch.linspace(0, length - 1, min(inducing_points, length)).round().to(torch.int64)
    inducing = stamps[chosen.to(stamps.device)]
    wide = kernel.to(torch.float64)
    noise = noise_variance.to(torch.float64)
    between = covariance(wide, (inducing[:, None] - inducing).abs())
    identity = torch.eye(len(inducing), dtype=torch.float64, device=stamps.device)
    across = covariance(wide, (inducing[:, None] - stamps).abs())
    # Q = VᵀV and, with V Vᵀ + σ²I = R Rᵀ, B = R⁻¹V.
    projected = torch.linalg.solve_triangular(
        _cholesky(between + _JITTER * identity), across, upper=False
    )
    inner = _cholesky(projected @ projected.mT + noise[..., None, None] * identity)
    root = torch.linalg.solve_triangular(inner, projected, upper=False)
    surplus = length - len(inducing)
    log_determinant = 2.0 * torch.log(torch.diagonal(inner, dim1=-2, dim2=-1)).sum(-1)
    log_determinant = log_determinant + surplus * torch.log(noise)
    left_over = length - (projected**2).sum((-2, -1))
    unexplained = 1.0 - (root**2).sum(-2)
    return InducingFactor(root, unexplained, log_determinant + left_over / noise, noise)
