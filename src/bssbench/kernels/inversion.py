"""The divergence of a factorised Gaussian posterior from a Gaussian process prior, by Cholesky.

For q = N(μ, diag s²) and p = N(0, K), in nats:

    KL(q ‖ p) = ½ [μᵀK⁻¹μ + Σ_t s_t² (K⁻¹)_tt + log|K| − Σ_t log s_t² − T]

with the derivatives, for α = K⁻¹μ and S = diag s²,

    ∂/∂μ = α,   ∂/∂s_t² = ½ [(K⁻¹)_tt − 1/s_t²],   ∂/∂K = ½ [K⁻¹ − K⁻¹(μμᵀ + S)K⁻¹].
"""

from dataclasses import dataclass
from typing import Any

import torch

__all__ = ["Factor", "divergence_by_factor", "divergence_in_covariance", "factorise"]


@dataclass(frozen=True)
class Factor:
    """What the divergence needs of a covariance K.

    Attributes
    ----------
    precision : torch.Tensor
        Shape (…, time, time), K⁻¹.
    log_determinant : torch.Tensor
        Shape (…), log|K| in nats.
    """

    precision: torch.Tensor
    log_determinant: torch.Tensor


def factorise(covariance: torch.Tensor) -> Factor:
    """Invert covariances of shape (…, time, time) through a Cholesky factor, always in float64.

    A smooth kernel's matrix is too badly conditioned for less.
    """
    factor = torch.linalg.cholesky(covariance.to(torch.float64))
    diagonal = torch.diagonal(factor, dim1=-2, dim2=-1)
    return Factor(torch.cholesky_inverse(factor), 2.0 * torch.log(diagonal).sum(-1))


class _QuadraticForm(torch.autograd.Function):
    """μᵀK⁻¹μ for a constant K⁻¹, reading that matrix once instead of once more per gradient."""

    @staticmethod
    def forward(ctx: Any, mean: torch.Tensor, precision: torch.Tensor) -> torch.Tensor:
        alpha = torch.matmul(precision, mean[..., None])[..., 0]
        ctx.save_for_backward(alpha)
        return (alpha * mean).sum(-1)

    @staticmethod
    def backward(ctx: Any, *gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        (alpha,) = ctx.saved_tensors
        return 2.0 * gradient[0][..., None] * alpha, None


def divergence_by_factor(
    mean: torch.Tensor, variance: torch.Tensor, factor: Factor
) -> torch.Tensor:
    """Compute KL(q ‖ p) with K held constant, differentiable in mean and variance.

    Parameters
    ----------
    mean : torch.Tensor
        Shape (…, time), the posterior mean μ.
    variance : torch.Tensor
        Shape (…, time) or broadcasting to it, the posterior variance s².
    factor : Factor
        Of the prior covariance.

    Returns
    -------
    torch.Tensor
        Shape (…), in nats.
    """
    length = mean.shape[-1]
    diagonal = torch.diagonal(factor.precision, dim1=-2, dim2=-1)
    quadratic = _QuadraticForm.apply(mean, factor.precision)
    variance = variance.expand(mean.shape)
    spread = (variance * diagonal - torch.log(variance)).sum(-1)
    log_determinant = factor.log_determinant.to(mean.dtype)
    return 0.5 * (quadratic + spread + log_determinant - length)


def divergence_in_covariance(
    mean: torch.Tensor, variance: torch.Tensor, factor: Factor
) -> torch.Tensor:
    """Return ∂KL/∂K in closed form.

    Parameters
    ----------
    mean, variance : torch.Tensor
        Shape (…, time), as in `divergence_by_factor`.
    factor : Factor
        Of the prior covariance.

    Returns
    -------
    torch.Tensor
        Shape (…, time, time), symmetric.
    """
    precision = factor.precision
    mean, variance = mean.to(precision.dtype), variance.to(precision.dtype)
    alpha = torch.matmul(precision, mean[..., None])
    root = precision * variance.sqrt()[..., None, :]
    return 0.5 * (precision - alpha @ alpha.mT - root @ root.mT)
