"""Kernels at the distances of a regular grid, their transforms and their partial sums."""

import math

import torch

from bssbench.kernels.stationary import Kernel, SquaredExponential, without_denormals_

__all__ = ["TAIL", "closed_forms", "kernel_sequences", "kernel_transforms", "partial_sums"]

TAIL = {torch.float32: 1e-9, torch.float64: 1e-14}
"""Weights below this, relative to the largest, are taken for the end of a kernel."""

# By its length-scale in samples, which images a squared exponential's closed form takes. Narrower
# than a sample it would be a difference of nearly equal numbers, and there is none; from the second
# limit on other images are below the rounding of the closed form's −p.
_CLOSED_FORM_LIMITS = (1.0, 3.0)
_IMAGES = ((), (0, -1, 1), (0,))


def closed_forms(kernel: Kernel, reach: torch.Tensor, length: int) -> torch.Tensor:
    """Return by number, (series,), which closed form of its transform each series takes.

    The squared exponential has one if its tail ends within the series; 0 is none.
    """
    if not isinstance(kernel, SquaredExponential):
        return torch.zeros_like(reach, dtype=torch.int64)
    limits = torch.tensor(_CLOSED_FORM_LIMITS, dtype=reach.dtype, device=reach.device)
    return torch.bucketize(kernel.length_scale, limits, right=True) * (reach < length)


def kernel_sequences(kernel: Kernel, reach: int, learned: bool) -> list[torch.Tensor]:
    """Return the weights at distances 1 … `reach`, and if learned their slopes; (series, distance).

    The weights on both sides add up to one, so that far from the ends of a series a regression is a
    convolution and nothing else. The kernel's parameters are (series,), float64.
    """
    distance = torch.arange(1, reach + 1, dtype=torch.float64, device=kernel.length_scale.device)
    # Relative to the largest weight, the nearest neighbour's for all kernels but the periodic one:
    # a length-scale far below one sample would divide zero by zero.
    log_values = kernel.log_values(distance)
    log_values -= log_values.amax(-1, keepdim=True)
    weights = without_denormals_(log_values).exp_()
    weights *= 0.5 / weights.sum(-1, keepdim=True)
    slopes = []
    for log_slope in kernel.log_slopes(distance) if learned else ():
        # Relative to the first, so that small derivatives are not differences of large ones.
        slope = (log_slope - log_slope[:, :1]).mul_(weights)
        slopes.append(slope.sub_(weights * (2.0 * slope.sum(-1, keepdim=True))))
    return [weights, *slopes]


def partial_sums(terms: torch.Tensor, length: int) -> torch.Tensor:
    """Return S(t) + S(T−1−t) for terms d = 1, 2, …, shape (series, time).

    At the first times t alone: it is symmetric, and the same wherever both ends are out of reach.
    The terms reach half the series at most, or all of it.
    """
    reach = terms.shape[-1]
    first = min(reach, (length + 1) // 2)
    sums = torch.cumsum(terms, dim=-1)
    after = sums[:, -1:] if 2 * reach <= length else sums[:, reach - first :].flip(-1)
    return (sums - terms)[:, :first] + after


def _sampled_transform(terms: torch.Tensor, period: int) -> torch.Tensor:
    """Return the transform of an even sequence that is zero at d = 0 and given beyond."""
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
    """Return the squared exponential's transform and, if learned, that of its slope.

    `nearest` are their values at d = 1. With p the own point's weight and γ the slope of log p, by
    Poisson's sum over images,

        p Σ_n √(2π) ℓ exp(e_n) − p,    e_n = −ℓ²(ω + 2πn)²/2,
        p Σ_n √(2π) (1 + γℓ + 2 e_n) exp(e_n) − pγ.

    In the working precision, in place and in few passes: these are as long as the data.
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
    """Return the transforms of `kernel_sequences`, (series, frequency), by `form` or sampled.

    As these are even, they are real. Yet complex: a product of a complex with a real tensor is made
    by way of a complex copy, every time.
    """
    if form:
        nearest = [sequence[:, :1] for sequence in sequences]
        results = _closed_transforms(kernel.length_scale, nearest, period, _IMAGES[form], dtype)
    else:
        results = [_sampled_transform(sequence, period) for sequence in sequences]
    return [result.to(dtype.to_complex()) for result in results]
