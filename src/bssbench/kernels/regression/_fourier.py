"""Kernels sampled on a regular grid, their transforms and their partial sums."""

import math

import torch

from bssbench.kernels.stationary import Kernel, SquaredExponential, without_denormals_

__all__ = ["TAIL", "closed_forms", "kernel_sequences", "kernel_transforms", "partial_sums"]

TAIL = {torch.float32: 1e-9, torch.float64: 1e-14}
"""Relative weight that defines the end of a kernel."""

# Limits of the length-scale in samples between which a squared exponential's closed form uses
# different images. Below the first there is no closed form, since it would be a difference of
# nearly equal numbers; above the second, further images are below rounding error.
_CLOSED_FORM_LIMITS = (1.0, 3.0)
_IMAGES = ((), (0, -1, 1), (0,))


def closed_forms(kernel: Kernel, reach: torch.Tensor, length: int) -> torch.Tensor:
    """Return the number of the closed form of each series' transform, (series,); 0 if none.

    The squared exponential has a closed form if its tail ends within the series.
    """
    if not isinstance(kernel, SquaredExponential):
        return torch.zeros_like(reach, dtype=torch.int64)
    limits = torch.tensor(_CLOSED_FORM_LIMITS, dtype=reach.dtype, device=reach.device)
    return torch.bucketize(kernel.length_scale, limits, right=True) * (reach < length)


def kernel_sequences(kernel: Kernel, reach: int, learned: bool) -> list[torch.Tensor]:
    """Return the weights at distances 1 … `reach` and, if learned, their derivatives.

    All have shape (series, distance). The weights on both sides sum to 1, so that a regression is a
    convolution far from the ends of the series. The kernel's parameters have shape (series,), in
    float64.
    """
    distance = torch.arange(1, reach + 1, dtype=torch.float64, device=kernel.length_scale.device)
    # Relative to the largest weight (that of the nearest neighbour, except for the periodic
    # kernel), since a length-scale far below one sample would otherwise lead to 0/0.
    log_values = kernel.log_values(distance)
    log_values -= log_values.amax(-1, keepdim=True)
    weights = without_denormals_(log_values).exp_()
    weights *= 0.5 / weights.sum(-1, keepdim=True)
    slopes = []
    for log_slope in kernel.log_slopes(distance) if learned else ():
        # Relative to the first slope, so that small derivatives are not differences of large ones.
        slope = (log_slope - log_slope[:, :1]).mul_(weights)
        slopes.append(slope.sub_(weights * (2.0 * slope.sum(-1, keepdim=True))))
    return [weights, *slopes]


def partial_sums(terms: torch.Tensor, length: int) -> torch.Tensor:
    """Return S(t) + S(T−1−t) for terms d = 1, 2, …, with shape (series, time).

    Only the first times t are returned, since the sum is symmetric and constant where both ends are
    out of reach. The terms reach at most half of the series, or all of it.
    """
    reach = terms.shape[-1]
    first = min(reach, (length + 1) // 2)
    sums = torch.cumsum(terms, dim=-1)
    after = sums[:, -1:] if 2 * reach <= length else sums[:, reach - first :].flip(-1)
    return (sums - terms)[:, :first] + after


def _sampled_transform(terms: torch.Tensor, period: int) -> torch.Tensor:
    """Return the transform of an even sequence that is zero at d = 0."""
    sequence = terms.new_zeros(len(terms), period)
    sequence[:, 1 : terms.shape[-1] + 1] = terms
    sequence[:, period - terms.shape[-1] :] += terms.flip(-1)
    return torch.fft.rfft(sequence).real


def _closed_transforms(
    length_scale: torch.Tensor,
    nearest: list[torch.Tensor],
    period: int,
    images: tuple[int, ...],
    dtype: torch.dtype,
) -> list[torch.Tensor]:
    """Return the transform of the squared exponential and, if learned, that of its derivative.

    `nearest` contains their values at d = 1. With the weight p at d = 0 and the derivative γ of
    log p, Poisson's summation over images n gives

        p Σ_n √(2π) ℓ exp(e_n) − p,    e_n = −ℓ²(ω + 2πn)²/2,
        p Σ_n √(2π) (1 + γℓ + 2 e_n) exp(e_n) − pγ.

    The arrays are as long as the data, so they are computed in place, in few passes and in the
    working precision.
    """
    own_point = nearest[0][:, 0] * torch.exp(0.5 / length_scale**2)
    factor = math.sqrt(2.0 * math.pi) * own_point
    scalars = [-0.5 * length_scale**2, factor * length_scale, own_point]
    for slope in nearest[1:]:
        growth = (slope / nearest[0])[:, 0] - length_scale**-3
        scalars += [2.0 * factor, factor * (1.0 + growth * length_scale), own_point * growth]
    rate, height_factor, own_point, *of_slope = torch.stack(scalars).to(dtype)[..., None]
    frequency = torch.arange(period // 2 + 1, dtype=torch.float64, device=length_scale.device)
    frequency *= 2.0 * math.pi / period
    results: list[torch.Tensor] = []
    for image in images:
        exponent = (frequency + 2.0 * math.pi * image).square_().to(dtype) * rate
        height = exponent.clamp(min=-60.0).exp_()
        parts = []
        if of_slope:
            parts.append(exponent.mul_(of_slope[0]).add_(of_slope[1]).mul_(height))
        parts.insert(0, height.mul_(height_factor))
        results = [x.add_(y) for x, y in zip(results, parts, strict=True)] if results else parts
    for result, own in zip(results, (own_point, *of_slope[2:]), strict=True):
        result -= own
    return results


def kernel_transforms(
    kernel: Kernel,
    sequences: list[torch.Tensor],
    period: int,
    form: int,
    dtype: torch.dtype,
) -> list[torch.Tensor]:
    """Return the transforms of `kernel_sequences`, (series, frequency), in closed form or sampled.

    Transforms of even sequences are real. They are stored as complex numbers, because a product of
    a complex with a real tensor would create a complex copy each time.
    """
    if form:
        nearest = [sequence[:, :1] for sequence in sequences]
        results = _closed_transforms(kernel.length_scale, nearest, period, _IMAGES[form], dtype)
    else:
        results = [_sampled_transform(sequence, period) for sequence in sequences]
    return [result.to(dtype.to_complex()) for result in results]
