"""Transforms of kernels without their own point, sampled or in closed form, and partial sums."""

import math

import torch

from bssbench.kernels.stationary import Kernel, SquaredExponential

__all__ = ["TAIL", "kernel_transforms", "partial_sums"]

TAIL = {torch.float32: 1e-9, torch.float64: 1e-14}
"""Weights below this, relative to the largest, are taken for the end of a kernel."""

# In samples. A closed form of a kernel narrower than a sample would be a difference of nearly equal
# numbers; from the second on other images are below the rounding of the closed form's −1.
_NARROWEST_CLOSED_FORM = 1.0
_NARROWEST_SINGLE_IMAGE = 3.0


def partial_sums(terms: torch.Tensor, length: int, dtype: torch.dtype) -> torch.Tensor:
    """Return S(t) + S(T−1−t) for terms d = 1, 2, … of shape (series, reach); (series, time)."""
    reach = terms.shape[-1]
    sums = torch.cumsum(terms, dim=-1)
    whole = sums[:, -1:]
    if 2 * reach >= length:
        before = whole.repeat(1, length)
        before[:, 0] = 0.0
        before[:, 1 : reach + 1] = sums
        return (before + before.flip(-1)).to(dtype)
    # Only the ends of the series see that it ends.
    total = (2.0 * whole).to(dtype).repeat(1, length)
    end = torch.cat([whole, whole + sums[:, :-1]], dim=-1).to(dtype)
    total[:, :reach] = end
    total[:, length - reach :] = end.flip(-1)
    return total


def _sampled_transform(terms: torch.Tensor, period: int) -> torch.Tensor:
    """Return the transform of an even sequence that is zero at d = 0 and given beyond."""
    sequence = terms.new_zeros(len(terms), period)
    sequence[:, 1 : terms.shape[-1] + 1] = terms
    sequence[:, period - terms.shape[-1] :] += terms.flip(-1)
    return torch.fft.rfft(sequence).real.repeat_interleave(2, dim=-1)


def _closed_transforms(
    length_scale: torch.Tensor,
    period: int,
    images: tuple[int, ...],
    dtype: torch.dtype,
    learned: bool,
) -> list[torch.Tensor]:
    """Return the squared exponential's transform and, if learned, that of its slope.

    By Poisson's sum over images, Σ_n √(2π) ℓ exp(e_n) − 1 with e_n = −ℓ²(ω + 2πn)²/2, where the −1
    is the own point; all over k(1). The slope, Σ_n √(2π) (1 + 2 e_n) exp(e_n) / k(1), is less the
    transform times d log k(1)/dℓ = 1/ℓ³. In the working precision, in place and in few passes:
    these are twice as long as the data.
    """
    scale = length_scale[:, None]
    own_point = torch.exp(0.5 / scale**2)
    height_factor = math.sqrt(2.0 * math.pi) * own_point
    frequency = torch.arange(period // 2 + 1, dtype=scale.dtype, device=scale.device)
    frequency = frequency.mul_(2.0 * math.pi / period).repeat_interleave(2)
    results: list[torch.Tensor] = []
    for image in images:
        squared = ((frequency + 2.0 * math.pi * image) ** 2).to(dtype)
        exponent = squared * (-0.5 * scale**2).to(dtype)
        height = exponent.clamp(min=-60.0).exp_()
        parts = []
        if learned:
            slope, constant = 2.0 * height_factor, height_factor * (1.0 - scale**-2)
            parts.append(exponent.mul_(slope.to(dtype)).add_(constant.to(dtype)).mul_(height))
        parts.insert(0, height.mul_((height_factor * scale).to(dtype)))
        results = [x.add_(y) for x, y in zip(results, parts, strict=True)] if results else parts
    for result, shift in zip(results, (-own_point, own_point / scale**3), strict=False):
        result.add_(shift.to(dtype))
    return results


def _images(reach: float, length_scale: float, length: int) -> tuple[int, ...]:
    """Return the images that a squared exponential's closed form needs; none: no closed form."""
    if reach >= length or length_scale < _NARROWEST_CLOSED_FORM:
        return ()
    return (0, -1, 1) if length_scale < _NARROWEST_SINGLE_IMAGE else (0,)


def kernel_transforms(
    kernel: Kernel,
    sequences: list[torch.Tensor],
    length: int,
    period: int,
    dtype: torch.dtype,
) -> list[torch.Tensor]:
    """Return the transforms of a kernel and of its slopes, each (series, 2 × frequency).

    They are real, as kernels are even. Each value stands twice, for a spectrum's real and imaginary
    part: a product of a complex with a real tensor would be made by way of a complex copy.

    The kernel's parameters are (series,), float64. `sequences`, each (series, distance), float64,
    are the kernel at distances 1, 2, … relative to the first, and the same of its derivatives if
    there is something to learn. `length` is that of the series, `period` of the transform.
    """
    images: list[tuple[int, ...]] = [()] * len(sequences[0])
    if isinstance(kernel, SquaredExponential):
        ends = (kernel.reach(TAIL[dtype]).tolist(), kernel.length_scale.tolist())
        images = [_images(reach, scale, length) for reach, scale in zip(*ends, strict=True)]
    if len(set(images)) == 1 and images[0]:
        learned = len(sequences) > 1
        return _closed_transforms(kernel.length_scale, period, images[0], dtype, learned)
    device = sequences[0].device
    shape = (len(images), 2 * (period // 2 + 1))
    results = [torch.empty(shape, dtype=dtype, device=device) for _ in sequences]
    for wanted in set(images):
        rows = [number for number, of_series in enumerate(images) if of_series == wanted]
        if wanted:
            own = kernel.length_scale[rows]
            parts = _closed_transforms(own, period, wanted, dtype, len(sequences) > 1)
        else:
            parts = [_sampled_transform(sequence[rows], period) for sequence in sequences]
        for result, part in zip(results, parts, strict=True):
            result[rows] = part.to(dtype)
    return results
