"""Exact Gaussian process by Cholesky decomposition: O(T³) time, O(T²) memory, any time stamps.

The factor, the inverse and the gradient with respect to the kernel are computed in float64, because
the matrix of a smooth kernel is too ill-conditioned for float32. For a constant kernel, the inverse
is stored in the data's precision, which suffices for products with it.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch.autograd.function import once_differentiable

from bssbench.errors import InputError
from bssbench.kernels.inversion import NOT_POSITIVE_DEFINITE, Factor, spread_terms
from bssbench.kernels.stationary import Kernel, without_denormals_
from bssbench.kernels.time_stamps import checked_times

__all__ = ["CholeskyFactor", "factorise"]


@dataclass(frozen=True)
class CholeskyFactor(Factor):
    """C⁻¹ (replicate, latent, time, time) and log|C| (replicate, latent), with their parameters.

    `dtype` is the precision of the data.
    """

    precision: torch.Tensor
    log_determinant: torch.Tensor
    kernel: Kernel
    noise_variance: torch.Tensor
    times: torch.Tensor
    dtype: torch.dtype

    def divergence(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate, latent), in nats; see `Factor.divergence`."""
        parameters = (self.noise_variance, *self.kernel.parameters)
        expected = _ExpectedEnergy.apply(mean, variance.expand(mean.shape), self, *parameters)
        return 0.5 * (expected + spread_terms(variance, mean.shape[-1]))

    def detach(self) -> Self:
        """Return the same factor without gradients with respect to the kernel."""
        return replace(super().detach(), precision=self.precision.to(self.dtype))


def _distance(times: torch.Tensor) -> torch.Tensor:
    return (times[:, None] - times).abs()


@torch.no_grad()
def factorise(
    kernel: Kernel,
    noise_variance: torch.Tensor,
    length: int,
    dtype: torch.dtype,
    times: torch.Tensor | None = None,
) -> CholeskyFactor:
    """Invert C for each series in turn, and store the inverses in the precision `dtype`."""
    times = checked_times(times, length, noise_variance.device)
    distance = _distance(times)
    learned = any(p.requires_grad for p in (noise_variance, *kernel.parameters))
    kept = torch.float64 if learned else dtype
    precision = torch.empty(*noise_variance.shape, length, length, dtype=kept, device=times.device)
    log_determinant = torch.empty_like(noise_variance, dtype=torch.float64)
    for index in _series(noise_variance):
        own = kernel.select(index).to(torch.float64)
        matrix = without_denormals_(own.log_values(distance)).exp_()
        matrix.diagonal().add_(noise_variance[index].to(torch.float64))
        factor, failed = torch.linalg.cholesky_ex(matrix)
        if not torch.isfinite(matrix).all():
            # A diverged series must not affect the others.
            factor = torch.full_like(matrix, torch.nan)
        elif failed:
            raise InputError(NOT_POSITIVE_DEFINITE)
        log_determinant[index] = 2.0 * torch.log(factor.diagonal()).sum()
        precision[index] = torch.cholesky_inverse(factor)
    return CholeskyFactor(precision, log_determinant, kernel, noise_variance, times, dtype)


def _series(parameter: torch.Tensor) -> list[tuple[int, int]]:
    return [(r, i) for r in range(parameter.shape[0]) for i in range(parameter.shape[1])]


class _ExpectedEnergy(torch.autograd.Function):
    """μᵀC⁻¹μ + Σ_t s_t² (C⁻¹)_tt + log|C|, with its derivatives in closed form."""

    @staticmethod
    def forward(
        ctx: Any,
        mean: torch.Tensor,
        variance: torch.Tensor,
        factor: CholeskyFactor,
        *parameters: torch.Tensor,  # noqa: ARG004
    ) -> torch.Tensor:
        alpha = (factor.precision @ mean.to(factor.precision.dtype)[..., None])[..., 0]
        diagonal = torch.diagonal(factor.precision, dim1=-2, dim2=-1)
        ctx.factor = factor
        ctx.save_for_backward(alpha, variance)
        energy = (alpha * mean).sum(-1) + (diagonal * variance).sum(-1)
        return (energy + factor.log_determinant).to(mean.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        alpha, variance = ctx.saved_tensors
        factor = ctx.factor
        upstream = gradient[..., None]
        in_mean = (2.0 * upstream * alpha).to(gradient.dtype)
        diagonal = torch.diagonal(factor.precision, dim1=-2, dim2=-1)
        in_variance = (upstream * diagonal).to(gradient.dtype)
        if not any(ctx.needs_input_grad[3:]):
            nothing = [None] * (len(ctx.needs_input_grad) - 3)
            return in_mean, in_variance, None, *nothing
        slopes = [torch.zeros_like(p) for p in (factor.noise_variance, *factor.kernel.parameters)]
        distance = _distance(factor.times)
        for index in _series(factor.noise_variance):
            precision, own_alpha = factor.precision[index], alpha[index][:, None]
            root = precision * variance[index].sqrt().to(precision.dtype)
            matrix = torch.addmm(precision, root, root.T, alpha=-1.0)
            matrix.addmm_(own_alpha, own_alpha.T, alpha=-1.0)
            slopes[0][index] = matrix.diagonal().sum()
            own = factor.kernel.select(index).to(torch.float64)
            matrix *= without_denormals_(own.log_values(distance)).exp_()
            for slope, in_parameter in zip(slopes[1:], own.log_slopes(distance), strict=True):
                slope[index] = (matrix * in_parameter).sum()
        return in_mean, in_variance, None, *(gradient * slope for slope in slopes)
