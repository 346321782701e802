"""Spectra of sampled kernels, with aliasing.

The covariances k(d + nP), summed over all n, are those of a process of period P. Their transform is
the spectrum of the *sampled* kernel at the frequencies ω = 2πj/P,

    S(ω) = Σ_d k(d) cos ωd = Σ_m s(ω + 2πm),

where s is the spectral density of the kernel. S is nonnegative for every P. It is a rational
function of B = 1 − cos ω for a Matérn kernel, and a short sum for the squared exponential; other
kernels are sampled and transformed.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import torch

from bssbench.kernels.stationary import (
    Kernel,
    Matern12,
    Matern32,
    Matern52,
    SquaredExponential,
    without_denormals_,
)

__all__ = ["circular_covariance", "sampled_spectrum"]

# Length-scales of a squared exponential in samples. Above the first, aliases are below rounding
# error in double precision; below the second, the kernel ends after a few samples, which are fewer
# terms than the aliases.
_WITHOUT_ALIASES, _FEW_SAMPLES = 4.0, 0.6
_ALIASES = (0, -1, 1, -2)
_TERMS = 5
# Number of periods over which a kernel with a long tail is summed.
_PERIODS = 4
_END = 1e-14

_Spectrum = tuple[torch.Tensor, tuple[torch.Tensor, ...]]
_Polynomial = list[torch.Tensor]


def sampled_spectrum(kernel: Kernel, period: int, dtype: torch.dtype, learned: bool) -> _Spectrum:
    """Return S and, if `learned`, its derivatives with respect to the kernel's parameters.

    Parameters
    ----------
    kernel : Kernel
        Parameters of shape (series,), in float64. A kernel that does not decay, such as a periodic
        one, is evaluated at the shorter distance around the period.
    period : int
        P, in samples.
    dtype : torch.dtype
        Precision of the results.
    learned : bool
        Whether to compute derivatives.

    Returns
    -------
    spectrum : torch.Tensor
        Shape (series, P // 2 + 1).
    slopes : tuple of torch.Tensor
        One derivative per parameter, of the same shape; empty unless `learned`.
    """
    scale = kernel.length_scale
    if isinstance(kernel, Matern12 | Matern32 | Matern52):
        return _matern(kernel, period, dtype, learned)
    if not isinstance(kernel, SquaredExponential):
        return _folded(kernel, period, dtype, learned)
    # The form depends on each series' own length-scale only, so that its result does not depend on
    # the batch.
    choice = (scale < _WITHOUT_ALIASES).long() + (scale < _FEW_SAMPLES)
    forms = choice.unique().tolist()
    if len(forms) == 1:
        return _squared_exponential(scale, forms[0], period, dtype, learned)
    shape = (len(scale), period // 2 + 1)
    whole = [torch.empty(shape, dtype=dtype, device=scale.device) for _ in range(1 + learned)]
    for form in forms:
        rows = choice == form
        own, slopes = _squared_exponential(scale[rows], form, period, dtype, learned)
        for result, part in zip(whole, (own, *slopes), strict=True):
            result[rows] = part
    return whole[0], tuple(whole[1:])


def circular_covariance(kernel: Kernel, length: int) -> torch.Tensor:
    """Return the covariances Σ_n k(d + nP) of all pairs of samples of a periodic process.

    Parameters
    ----------
    kernel : Kernel
        Parameters of shape (replicate, latent).
    length : int
        Number of samples, and period P.

    Returns
    -------
    torch.Tensor
        Shape (replicate, latent, length, length), in float64.
    """
    flat = kernel.with_parameters(*(p.reshape(-1).to(torch.float64) for p in kernel.parameters))
    spectrum, _ = sampled_spectrum(flat, length, torch.float64, learned=False)
    column = torch.fft.irfft(spectrum, n=length).reshape(*kernel.length_scale.shape, length)
    place = torch.arange(length, device=column.device)
    return column[..., (place[:, None] - place) % length]


# Cached, since the grid is the same at every step of a training.
@lru_cache(maxsize=8)
def _frequencies(period: int, device: torch.device) -> torch.Tensor:
    """Return ω, shape (frequency,), in radians per sample, float64."""
    steps = torch.arange(period // 2 + 1, dtype=torch.float64, device=device)
    return steps.mul_(2.0 * math.pi / period)


@lru_cache(maxsize=8)
def _squares(period: int, alias: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Return (ω + 2πm)², shape (frequency,)."""
    return ((_frequencies(period, device) + 2.0 * math.pi * alias) ** 2).to(dtype)


@lru_cache(maxsize=8)
def _versines(period: int, dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Return 1 − cos ω, shape (frequency,)."""
    return (2.0 * torch.sin(0.5 * _frequencies(period, device)) ** 2).to(dtype)


def _squared_exponential(
    scale: torch.Tensor, form: int, period: int, dtype: torch.dtype, learned: bool
) -> _Spectrum:
    """Sum √(2π) ℓ exp(e), e = −ℓ²(ω + 2πm)²/2, over aliases m, or sum over samples.

    The derivatives of the terms with respect to ℓ are √(2π) (1 + 2e) exp(e).
    """
    if form == 2:
        return _few_samples(scale, _frequencies(period, scale.device), dtype, learned)
    column = scale[:, None]
    exponent_factor = (-0.5 * column**2).to(dtype)
    height_factor = (math.sqrt(2.0 * math.pi) * column).to(dtype)
    slope_factor = math.sqrt(2.0 * math.pi)
    results: list[torch.Tensor] = []
    for alias in _ALIASES if form == 1 else (0,):
        exponent = _squares(period, alias, dtype, scale.device) * exponent_factor
        height = torch.exp(without_denormals_(exponent))
        parts = [height * height_factor]
        if learned:
            parts.append(exponent.mul_(2.0 * slope_factor).add_(slope_factor).mul_(height))
        results = [x.add_(y) for x, y in zip(results, parts, strict=True)] if results else parts
    return results[0], tuple(results[1:])


def _few_samples(
    scale: torch.Tensor, frequency: torch.Tensor, dtype: torch.dtype, learned: bool
) -> _Spectrum:
    """Sum 2 k(d) cos ωd over the few samples of a narrow kernel; also its derivative in ℓ."""
    value = torch.ones((len(scale), len(frequency)), dtype=scale.dtype, device=scale.device)
    slope = torch.zeros_like(value)
    for d in range(1, _TERMS + 1):
        weight = 2.0 * torch.exp(without_denormals_(-0.5 * d**2 / scale**2))[:, None]
        wave = weight * torch.cos(d * frequency)
        value += wave
        slope += wave * (d**2 / scale**3)[:, None]
    return value.to(dtype), (slope.to(dtype),) if learned else ()


def _matern(
    kernel: Matern12 | Matern32 | Matern52,
    period: int,
    dtype: torch.dtype,
    learned: bool,
) -> _Spectrum:
    """Return S as a rational function of B = 1 − cos ω.

    With x = λd, the kernels are e^−x and, by derivatives in the rate λ, e^−x − λ∂e^−x and
    e^−x − λ∂e^−x + (λ²/3)∂²e^−x, where Σ_d e^−λ|d| cos ωd = f = sinh λ / (cosh λ − cos ω). With
    a = e^−λ, b = 2a, s = 1 − a² and Q = (1 − a)² + bB,

        f = s/Q,   f′ = b(b·B + (1−a)²(B−1))/Q²,   f″ = −s·N/Q³,   N = b²(3B−B²) + b(1−a)²(B−1).

    The coefficients are differences of nearly equal numbers and are computed in float64. The
    evaluation at each frequency uses the working precision.
    """
    smoothness = {Matern12: 1, Matern32: 3, Matern52: 5}[type(kernel)]
    scale = kernel.length_scale
    rate = math.sqrt(smoothness) / scale
    a = torch.exp(-rate)
    b, s = 2.0 * a, -torch.expm1(-2.0 * rate)
    edge = torch.expm1(-rate) ** 2
    q = [edge, b]
    n = [-b * edge, b * (3.0 * b + edge), -(b**2)]
    first = [-b * edge, b * (1.0 + a**2)]
    if smoothness == 1:
        value, slope = [s], first
    elif smoothness == 3:
        value = _sum(_scaled(q, s), _scaled(first, -rate))
        slope = _scaled(n, rate * s)
    else:
        value = _product(_sum(_scaled(q, s), _scaled(first, -rate)), q)
        value = _sum(value, _scaled(n, -(rate**2) * s / 3.0))
        # f‴ = [(s²(b − bB) − (1 + a²)N)Q + 3s²N]/Q⁴.
        third = _sum(_scaled([b, -b], s**2), _scaled(n, -(1.0 + a**2)))
        third = _sum(_product(third, q), _scaled(n, 3.0 * s**2))
        slope = _sum(_scaled(_product(n, q), s), _scaled(third, rate))
        slope = _scaled(slope, rate / 3.0)
    versine = _versines(period, dtype, scale.device)
    inverse = _at(q, versine, dtype).reciprocal_()
    # 1, 2 or 3 for S; one more for its derivative.
    power = (smoothness + 1) // 2
    factor = inverse**power if power > 1 else inverse
    spectrum = _at(value, versine, dtype).mul_(factor)
    if not learned:
        return spectrum, ()
    # dλ/dℓ = −λ/ℓ.
    in_scale = _at(_scaled(slope, -rate / scale), versine, dtype)
    return spectrum, (in_scale.mul_(factor).mul_(inverse),)


def _scaled(polynomial: _Polynomial, factor: torch.Tensor) -> _Polynomial:
    return [coefficient * factor for coefficient in polynomial]


def _sum(p: _Polynomial, q: _Polynomial) -> _Polynomial:
    longer, shorter = sorted((p, q), key=len, reverse=True)
    both = [x + y for x, y in zip(longer, shorter, strict=False)]
    return both + longer[len(shorter) :]


def _product(p: _Polynomial, q: _Polynomial) -> _Polynomial:
    total: _Polynomial = []
    for power, coefficient in enumerate(q):
        shifted = [torch.zeros_like(coefficient)] * power + _scaled(p, coefficient)
        total = _sum(total, shifted) if total else shifted
    return total


def _at(polynomial: _Polynomial, point: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    """Evaluate polynomials with coefficients (series,) at all of `point`; (series, frequency)."""
    columns = [coefficient.to(dtype)[:, None] for coefficient in polynomial]
    value = columns[-1].expand(-1, len(point)).clone()
    for column in columns[-2::-1]:
        value = value.mul_(point).add_(column)
    return value


def _folded(kernel: Kernel, period: int, dtype: torch.dtype, learned: bool) -> _Spectrum:
    """Transform the sampled kernel, with values beyond one period wrapped around.

    A truncated tail, or a periodic kernel whose period does not divide P, can result in negative
    values; these are set to zero.
    """
    half = period // 2
    reach = float(kernel.reach(_END).max())
    longest = half if math.isinf(reach) else min(math.ceil(reach), _PERIODS * period)
    distance = torch.arange(
        max(longest, 1) + 1, dtype=torch.float64, device=kernel.length_scale.device
    )
    values = without_denormals_(kernel.log_values(distance)).exp_()
    sequences = [values]
    if learned:
        sequences += [values * slope for slope in kernel.log_slopes(distance)]
    transformed = [_transform(sequence, distance, period) for sequence in sequences]
    shown = transformed[0] > 0
    spectrum, *slopes = (torch.where(shown, x, 0.0).to(dtype) for x in transformed)
    return spectrum, tuple(slopes)


def _transform(sequence: torch.Tensor, distance: torch.Tensor, period: int) -> torch.Tensor:
    """Return Σ_d x(|d|) cos ωd over whole d, for x (series, distance)."""
    circle = sequence.new_zeros(len(sequence), period)
    steps = distance.long()
    for places, own in _around(steps, sequence, period):
        circle.index_add_(1, places, own)
    return torch.fft.rfft(circle).real


def _around(
    steps: torch.Tensor, sequence: torch.Tensor, period: int
) -> Sequence[tuple[torch.Tensor, torch.Tensor]]:
    """Return the positions within the period of the samples at ±d, with their values."""
    # For an even period, the sample at half the period is at +d and −d at once.
    behind = slice(1, -1) if 2 * int(steps[-1]) == period else slice(1, None)
    return (steps % period, sequence), (-steps[behind] % period, sequence[:, behind])
