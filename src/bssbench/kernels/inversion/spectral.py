"""A periodic Gaussian process in the spectral domain: O(T log T), regular grid.

The covariance C of a periodic process is circulant, and thus diagonal in the Fourier basis. Its
eigenvalues are the kernel's sampled spectrum S plus the nugget σ² (Whittle, 1953). Let P be the
period and F = Σ_t μ_t e^−iωt the transform of the means at its P frequencies. Then

    KL = ½ [Σ_ω |F|²/(P(S+σ²)) + Σ_t s_t² r + Σ_ω log(S+σ²) − Σ_t log s_t² − T],
    r = (1/P) Σ_ω 1/(S+σ²).

`factorise` uses P = T, which is exact for a process of period T. For other processes, it treats the
two ends of the series as neighbours. The resulting error does not grow with T and is larger for
smoother kernels. The cost is one transform of the means, and one more for their gradient.

`factorise_padded` adds P − T points: at least T/8 if the kernel reaches no farther, otherwise at
least T. The first T points then have the covariance of the original process (for kernels that end
within T). The posterior of the added points is unknown. They are assumed to be independent, with
zero mean and the optimal variance 1/r, so that

    KL ≤ ½ [Σ_ω |F|²/(P(S+σ²)) + Σ_t s_t² r + Σ_ω log(S+σ²) + (P−T) log r − Σ_t log s_t² − T].

This is a bound, but usually not more accurate than P = T, and it costs more.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from scipy.fft import next_fast_len
from torch.autograd.function import once_differentiable

from bssbench.kernels.inversion import Factor, spread_terms
from bssbench.kernels.spectra import sampled_spectrum
from bssbench.kernels.stationary import Kernel
from bssbench.kernels.time_stamps import require_regular_grid
from bssbench.kernels.transforms import to_series, to_spectrum

__all__ = ["PaddedFactor", "SpectralFactor", "factorise", "factorise_padded"]

# Value of a kernel that defines its reach.
_TAIL = 1e-9


@dataclass(frozen=True)
class SpectralFactor(Factor):
    """The inverse spectra of circulant C, with their parameters.

    `inverse_spectrum` is 1/(S+σ²), of shape (series, frequency), and complex to speed up products
    with spectra. `mean_inverse`, which is r, and `constant`, which does not depend on the
    posterior, have shape (series,). If the kernel is learned, `learned` contains the derivatives of
    the spectrum with respect to the nugget (equal to 1) and to each parameter.
    """

    kernel: Kernel
    noise_variance: torch.Tensor
    length: int
    period: int
    inverse_spectrum: torch.Tensor
    mean_inverse: torch.Tensor
    constant: torch.Tensor
    learned: tuple["_Slope", ...]

    def divergence(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return KL(q ‖ p), or its bound, of shape (replicate, latent); see `Factor.divergence`."""
        parameters = (self.noise_variance, *self.kernel.parameters)
        divergence: torch.Tensor = _Divergence.apply(mean, variance, self, *parameters)
        return divergence


@dataclass(frozen=True)
class _Slope:
    """The derivative D of S with respect to one parameter, and two sums over frequencies.

    `values` is D, of shape (series, frequency), halved for frequencies that occur once instead of
    twice, or None if D = 1. Σ D/(S+σ²) and Σ D/(S+σ²)² have shape (series,).
    """

    values: torch.Tensor | None
    inverse: torch.Tensor
    inverse_squared: torch.Tensor


@dataclass(frozen=True)
class PaddedFactor(Factor):
    """Factors of groups of series, with the positions of the series in the flattened batch."""

    parts: tuple[tuple[torch.Tensor, SpectralFactor], ...]

    def divergence(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return a bound of KL(q ‖ p) of shape (replicate, latent); see `Factor.divergence`."""
        data, spread = mean.flatten(0, 1), variance.flatten(0, 1)
        found = [factor.divergence(data[rows], spread[rows]) for rows, factor in self.parts]
        places = torch.cat([rows for rows, _ in self.parts])
        return torch.cat(found)[places.argsort()].reshape(mean.shape[:-1])

    def detach(self) -> Self:
        """Return the same factor without gradients with respect to the kernel."""
        return replace(self, parts=tuple((rows, part.detach()) for rows, part in self.parts))


def _sum_over_circle(values: torch.Tensor, period: int) -> torch.Tensor:
    """Sum over P frequencies; all but the first, and the last of an even P, count twice."""
    once = values[:, 0] + values[:, -1] if period % 2 == 0 else values[:, 0]
    return 2.0 * values.sum(-1) - once


def factorise(
    kernel: Kernel,
    noise_variance: torch.Tensor,
    length: int,
    dtype: torch.dtype,
    times: torch.Tensor | None = None,
) -> SpectralFactor:
    """Return the spectra of C as a circulant of period T, in the precision `dtype` of the data.

    Raises
    ------
    InputError
        If there are time stamps, or fewer than two samples.
    """
    require_regular_grid(times, length, core="spectral", instead="another core by inversion")
    return _factorise(kernel, noise_variance, length, length, dtype)


def factorise_padded(
    kernel: Kernel,
    noise_variance: torch.Tensor,
    length: int,
    dtype: torch.dtype,
    times: torch.Tensor | None = None,
) -> "PaddedFactor":
    """Return the spectra of circulants of which C is the leading block.

    Raises
    ------
    InputError
        As for `factorise`.
    """
    require_regular_grid(times, length, core="spectral-padded", instead="another core by inversion")
    flat = kernel.with_parameters(*(p.reshape(-1) for p in kernel.parameters))
    noise = noise_variance.reshape(-1)
    # The padding of each series depends on its own kernel only, so that its result does not depend
    # on the batch.
    margins = torch.where(flat.reach(_TAIL) <= length // 8, length // 8, length)
    parts = []
    for margin in margins.unique().tolist():
        rows = torch.nonzero(margins == margin)[:, 0]
        period = int(next_fast_len(length + margin, real=True))
        own = flat.with_parameters(*(p[rows] for p in flat.parameters))
        parts.append((rows, _factorise(own, noise[rows], length, period, dtype)))
    return PaddedFactor(tuple(parts))


@torch.no_grad()
def _factorise(
    kernel: Kernel, noise_variance: torch.Tensor, length: int, period: int, dtype: torch.dtype
) -> SpectralFactor:
    flat = kernel.with_parameters(*(p.reshape(-1).to(torch.float64) for p in kernel.parameters))
    learned = any(p.requires_grad for p in (noise_variance, *kernel.parameters))
    spectrum, slopes = sampled_spectrum(flat, period, dtype, learned)
    spectrum += noise_variance.reshape(-1, 1).to(dtype)
    inverse = spectrum.reciprocal()
    total = _sum_over_circle(inverse, period)
    constant = _sum_over_circle(spectrum.log_(), period)
    if period > length:
        constant += (period - length) * torch.log(total / period)
    own = []
    if learned:
        own = [_Slope(None, total, _sum_over_circle(inverse * inverse, period))]
    for slope in slopes:
        slope[:, 0] *= 0.5
        if period % 2 == 0:
            slope[:, -1] *= 0.5
        product = inverse * slope
        first = 2.0 * product.sum(-1)
        own.append(_Slope(slope, first, 2.0 * product.mul_(inverse).sum(-1)))
    filtering = torch.complex(inverse, torch.zeros_like(inverse))
    return SpectralFactor(
        *(kernel, noise_variance, length, period),
        *(filtering, total / period, constant, tuple(own)),
    )


class _Divergence(torch.autograd.Function):
    """The divergence, with derivatives that take few passes over the data."""

    @staticmethod
    def forward(
        ctx: Any,
        mean: torch.Tensor,
        variance: torch.Tensor,
        factor: SpectralFactor,
        *parameters: torch.Tensor,  # noqa: ARG004
    ) -> torch.Tensor:
        shape, length, period = mean.shape[:-1], factor.length, factor.period
        series = mean.reshape(-1, length)
        filtered = to_spectrum(series, period).mul_(factor.inverse_spectrum)
        per_sample = length / variance.shape[-1]
        spread = (variance.sum(-1) * per_sample).reshape(-1)
        slopes = []
        if any(ctx.needs_input_grad[3:]):
            # ∂/∂S = 1/(S+σ²) − (|F|² + Σ_t s_t² + (P−T)/r)/(P(S+σ²)²).
            padded = (period - length) / factor.mean_inverse if period > length else 0.0
            power = filtered.real.square().addcmul_(filtered.imag, filtered.imag)
            for slope in factor.learned:
                seen = (
                    _sum_over_circle(power, period)
                    if slope.values is None
                    else 2.0 * (power * slope.values).sum(-1)
                )
                rest = slope.inverse_squared * (spread + padded) + seen
                slopes.append((slope.inverse - rest / period).reshape(shape))
        # C⁻¹μ.
        solved = to_series(filtered, period)[:, :length]
        energy = (series * solved).sum(-1) + spread * factor.mean_inverse + factor.constant
        ctx.save_for_backward(solved, variance, factor.mean_inverse.reshape(shape), *slopes)
        ctx.n_parameters = len(ctx.needs_input_grad) - 3
        return 0.5 * (energy.reshape(shape) + spread_terms(variance, length))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        solved, variance, mean_inverse, *slopes = ctx.saved_tensors
        in_mean = solved.reshape(*gradient.shape, -1) * gradient[..., None]
        half = 0.5 * solved.shape[-1] / variance.shape[-1] * gradient
        in_variance = variance.reciprocal().mul_(-half[..., None])
        in_variance.add_((half * mean_inverse)[..., None])
        in_parameters: list[torch.Tensor | None] = [0.5 * gradient * slope for slope in slopes]
        in_parameters += [None] * (ctx.n_parameters - len(slopes))
        return in_mean, in_variance, None, *in_parameters
