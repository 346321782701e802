"""Exact Gaussian process on a regular grid: O(T²) time, O(T) memory, in float64.

On a regular grid, C is a symmetric Toeplitz matrix, given by its first column c. Durbin's recursion
(Levinson, 1947; Durbin, 1960) computes the first column of the inverse, x = C⁻¹e₀, and log|C|. By
Gohberg and Semencul (1972), x determines the whole inverse:

    C⁻¹ = [L(x) L(x)ᵀ − L(y) L(y)ᵀ] / x₀,   y = (0, x_{T−1}, …, x₁),

where L(·) is the lower triangular Toeplitz matrix with a given first column. Products with C⁻¹ are
convolutions, and the diagonal is Σ_{j≤t} (x_j² − y_j²)/x₀. The derivatives with respect to c do not
need another recursion:

    ∂μᵀC⁻¹μ = −αᵀ∂C α,   ∂log|C| = ⟨C⁻¹, ∂C⟩,   ∂f(x) = −(C⁻¹∇f)ᵀ ∂C x.

∂C is constant along diagonals, so that each derivative is a correlation of two sequences.
"""

from dataclasses import dataclass
from typing import Any

import torch
from scipy.fft import next_fast_len
from torch.autograd.function import once_differentiable

from bssbench.errors import InputError
from bssbench.kernels.inversion import NOT_POSITIVE_DEFINITE, Factor, spread_terms
from bssbench.kernels.stationary import Kernel, covariance
from bssbench.kernels.time_stamps import require_regular_grid

__all__ = ["ToeplitzFactor", "factorise"]


def _durbin(first_column: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the first column of the inverse, (series, time), and log|C|, (series,)."""
    series, length = first_column.shape
    scale = first_column[:, 0]
    # Reversed, so that both factors of the products are read forwards.
    correlation = (first_column[:, 1:] / scale[:, None]).flip(-1)
    predictor = first_column.new_zeros(series, length)
    predictor[:, 0] = 1.0
    error = torch.ones_like(scale)
    log_determinant = length * torch.log(scale)
    for order in range(1, length):
        seen = correlation[:, length - 1 - order :]
        reflection = -(predictor[:, :order] * seen).sum(-1) / error
        turned = predictor[:, 1:order].flip(-1)
        predictor[:, 1:order].addcmul_(reflection[:, None], turned)
        predictor[:, order] = reflection
        error = error * (1.0 - reflection**2)
        log_determinant += torch.log(error)
    # A diverged series stays NaN and does not affect the others.
    if (~torch.isfinite(log_determinant) & torch.isfinite(first_column).all(-1)).any():
        raise InputError(NOT_POSITIVE_DEFINITE)
    return predictor / (scale * error)[:, None], log_determinant


@dataclass(frozen=True)
class ToeplitzFactor(Factor):
    """The inverse of C, represented by its first column, in float64.

    The gradient reaches the kernel through c, the first column of C, of shape (replicate, latent,
    time). x and the diagonal (C⁻¹)_tt have the same shape; log|C| has shape (replicate, latent),
    and the spectra of x and y (replicate, latent, frequency).
    """

    first_column: torch.Tensor
    inverse_column: torch.Tensor
    diagonal: torch.Tensor
    log_determinant: torch.Tensor
    spectra: tuple[torch.Tensor, torch.Tensor]

    @property
    def period(self) -> int:
        """Length of transforms that avoids wrap-around in a correlation of two series."""
        return _period(self.first_column.shape[-1])

    def solve(self, vector: torch.Tensor) -> torch.Tensor:
        """Return C⁻¹v for v of shape (replicate, latent, time), in float64."""
        length, period = vector.shape[-1], self.period
        spectrum = torch.fft.rfft(vector, n=period)
        product = torch.zeros_like(spectrum)
        for sign, own in zip((1.0, -1.0), self.spectra, strict=True):
            correlated = torch.fft.irfft(spectrum * own.conj(), n=period)[..., :length]
            product += sign * own * torch.fft.rfft(correlated, n=period)
        solved = torch.fft.irfft(product, n=period)[..., :length]
        return solved / self.inverse_column[..., :1]

    def divergence(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate, latent), in nats; see `Factor.divergence`."""
        energy = _ExpectedEnergy.apply(mean, variance.expand(mean.shape), self.first_column, self)
        return 0.5 * (energy + spread_terms(variance, mean.shape[-1]))


def _period(length: int) -> int:
    return int(next_fast_len(2 * length, real=True))


def factorise(
    kernel: Kernel,
    noise_variance: torch.Tensor,
    length: int,
    dtype: torch.dtype,  # noqa: ARG001
    times: torch.Tensor | None = None,
) -> ToeplitzFactor:
    """Invert C for all series in float64, independent of the `dtype` of the data.

    Raises
    ------
    InputError
        If there are time stamps, or C is not positive definite.
    """
    require_regular_grid(
        times, length, core="toeplitz", instead="cholesky, inducing, markovian or gpytorch"
    )
    distance = torch.arange(length, dtype=torch.float64, device=noise_variance.device)
    first_column = covariance(kernel.to(torch.float64), distance)
    nugget = torch.nn.functional.pad(noise_variance.to(torch.float64)[..., None], (0, length - 1))
    first_column = first_column + nugget
    with torch.no_grad():
        flat, log_determinant = _durbin(first_column.reshape(-1, length))
        x = flat.reshape(first_column.shape)
        y = torch.nn.functional.pad(x[..., 1:].flip(-1), (1, 0))
        diagonal = torch.cumsum(x**2 - y**2, dim=-1) / x[..., :1]
        spectra = (torch.fft.rfft(x, n=_period(length)), torch.fft.rfft(y, n=_period(length)))
    log_determinant = log_determinant.reshape(noise_variance.shape)
    return ToeplitzFactor(first_column, x, diagonal, log_determinant, spectra)


class _ExpectedEnergy(torch.autograd.Function):
    """μᵀC⁻¹μ + Σ_t s_t² (C⁻¹)_tt + log|C|, with its derivatives in closed form."""

    @staticmethod
    def forward(
        ctx: Any,
        mean: torch.Tensor,
        variance: torch.Tensor,
        first_column: torch.Tensor,  # noqa: ARG004
        factor: ToeplitzFactor,
    ) -> torch.Tensor:
        alpha = factor.solve(mean.to(torch.float64))
        spread = (factor.diagonal * variance).sum(-1)
        ctx.factor = factor
        ctx.save_for_backward(alpha, variance, spread)
        energy = (alpha * mean).sum(-1) + spread + factor.log_determinant
        return energy.to(mean.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        alpha, variance, spread = ctx.saved_tensors
        upstream = gradient[..., None].to(torch.float64)
        in_mean = (2.0 * upstream * alpha).to(gradient.dtype)
        in_variance = (upstream * ctx.factor.diagonal).to(gradient.dtype)
        in_column = None
        if ctx.needs_input_grad[2]:
            in_column = upstream * _slope_in_column(ctx.factor, alpha, variance, spread)
        return in_mean, in_variance, in_column, None


def _slope_in_column(
    factor: ToeplitzFactor, alpha: torch.Tensor, variance: torch.Tensor, spread: torch.Tensor
) -> torch.Tensor:
    """Return the derivative of the energy with respect to c, shape (replicate, latent, time)."""
    x, period, length = factor.inverse_column, factor.period, alpha.shape[-1]
    # Σ_t s_t² (C⁻¹)_tt = Σ_i Ω_i x_i²/x₀, where Ω_i is the sum of the variances from i on, minus
    # that from T − i on.
    remaining = variance.to(torch.float64).flip(-1).cumsum(-1).flip(-1)
    omega = remaining.clone()
    omega[..., 1:] -= remaining[..., 1:].flip(-1)
    in_x = 2.0 * omega * x
    in_x[..., 0] -= spread
    beta = factor.solve(in_x / x[..., :1])

    def transform(series: torch.Tensor) -> torch.Tensor:
        return torch.fft.rfft(series, n=period)

    # Correlations Σ_t a_t b_{t+d} for d = 0 … T−1: α with α, β with x and x with β, and the sums
    # along the diagonals of C⁻¹.
    x_spectrum, y_spectrum = factor.spectra
    alpha_spectrum, beta_spectrum = transform(alpha), transform(beta)
    weight = length - torch.arange(length, dtype=torch.float64, device=x.device)
    y = torch.nn.functional.pad(x[..., 1:].flip(-1), (1, 0))
    of_inverse = x_spectrum.conj() * transform(weight * x)
    of_inverse -= y_spectrum.conj() * transform(weight * y)
    mixed = beta_spectrum.conj() * x_spectrum
    total = of_inverse / x[..., :1] - alpha_spectrum.abs() ** 2 - mixed.real
    slope = torch.fft.irfft(total, n=period)[..., :length]
    # Each diagonal except the main one occurs twice in C.
    slope[..., 1:] *= 2.0
    return slope
