"""Kernel regression by the fast Fourier transform: O(T log T), regular grid.

On a regular grid numerator and denominator are convolutions. The denominator does not depend on the
data: it is a partial sum of the kernel. The squared exponential's transform has a closed form, used
where its tail ends within the series; other kernels are transformed as they are sampled.

    numerator    N = k∗μ           one transform forward, one backward
    denominator  D(t) = S(t) + S(T−1−t),   S(n) = Σ_{d=1..n} k(d)
    gradients    with u = (∂L/∂m)/D:   ∂L/∂μ = k∗u   again one forward and one backward;
                 ∂L/∂θ = Σ_t u (k_θ∗μ) − Σ_t u m D_θ, the first sum taken over frequencies
                 (Parseval)
"""

import math
from dataclasses import dataclass
from typing import Any

import torch
from scipy.fft import next_fast_len
from torch.autograd.function import once_differentiable

from bssbench.kernels.regression import divergence_about
from bssbench.kernels.stationary import Kernel, SquaredExponential, relative_weights
from bssbench.kernels.time_stamps import refuse

__all__ = ["FourierWeights", "divergence", "weigh"]

_TAIL = {torch.float32: 1e-9, torch.float64: 1e-14}
# Shorter series are padded to twice their length, whatever the kernel: all of a batch in one
# transform is faster there than each with the padding it needs.
_SHORT_LENGTH = 4096
# A closed form of a kernel narrower than a sample would be a difference of nearly equal numbers.
_NARROWEST_CLOSED_FORM = 1.0
# In samples. From here on the other images are below the rounding of the closed form's −1.
_NARROWEST_SINGLE_IMAGE = 3.0


@dataclass(frozen=True)
class _Group:
    """Series whose transforms have the same padding.

    Attributes
    ----------
    rows : slice or torch.Tensor
        Their places in the flattened batch.
    period : int
        Length of the padded transform.
    transform : torch.Tensor
        Shape (series, frequency, 2), of the kernel without its own point. It is real, as the kernel
        is even; twice each value, for a spectrum's real and imaginary part: a product of a complex
        with a real tensor would be made by way of a complex copy.
    inverse_total : torch.Tensor
        Shape (series, time), 1/D.
    transform_slopes, total_slopes : tuple of torch.Tensor
        Their derivatives in each parameter of the kernel (of D itself for the second); empty if
        there is nothing to learn. The first times how often a frequency counts in Parseval's sum.
    """

    rows: slice | torch.Tensor
    period: int
    transform: torch.Tensor
    inverse_total: torch.Tensor
    transform_slopes: tuple[torch.Tensor, ...]
    total_slopes: tuple[torch.Tensor, ...]

    def smooth(self, spectrum: torch.Tensor, length: int) -> torch.Tensor:
        """Return k∗v, (series, time), for the spectrum of v."""
        product = torch.view_as_complex(torch.view_as_real(spectrum) * self.transform)
        return torch.fft.irfft(product, n=self.period)[:, :length]


@dataclass(frozen=True)
class FourierWeights:
    """The kernel's transform and the regression's denominator.

    Attributes
    ----------
    kernel : Kernel
        In the precision of the data.
    groups : tuple of _Group
        Each series is in one of them.
    """

    kernel: Kernel
    groups: tuple[_Group, ...]

    def regress(self, mean: torch.Tensor) -> torch.Tensor:
        """Return m, shape (replicate, latent, time), differentiable in mean and kernel."""
        return _Regress.apply(mean, self, *self.kernel.parameters)


def _partial_sums(terms: torch.Tensor, length: int, dtype: torch.dtype) -> torch.Tensor:
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
    """Return the transform of an even sequence whose terms are zero at d = 0 and given beyond."""
    sequence = terms.new_zeros(len(terms), period)
    sequence[:, 1 : terms.shape[-1] + 1] = terms
    sequence[:, period - terms.shape[-1] :] += terms.flip(-1)
    return torch.fft.rfft(sequence).real


def _closed_transform(
    length_scale: torch.Tensor, period: int, images: tuple[int, ...], learned: bool
) -> list[torch.Tensor]:
    """Return the squared exponential's transform without its own point, and its slope if learned.

    By Poisson's sum over images, Σ_n √(2π) ℓ exp(−ℓ²(ω + 2πn)²/2) − 1.
    """
    scale = length_scale[:, None]
    frequency = torch.arange(period // 2 + 1, dtype=scale.dtype, device=scale.device)
    frequency *= 2.0 * math.pi / period
    transform = torch.full((len(scale), len(frequency)), -1.0).to(scale)
    slope = torch.zeros_like(transform) if learned else None
    for image in images:
        squared = (scale * (frequency + 2.0 * math.pi * image)) ** 2
        height = relative_weights(-0.5 * squared, -0.5 * math.log(2.0 * math.pi))
        transform.addcmul_(height, scale)
        if slope is not None:
            slope.addcmul_(height, 1.0 - squared)
    return [transform] if slope is None else [transform, slope]


def _margin(reach: float, length: int) -> int:
    """Return by how much a series is padded.

    By its own kernel alone, in few classes: its rounding must not depend on the rest of the batch,
    and a transform's plan costs as much as several series'.
    """
    margins = (length // 64, length // 8) if length >= _SHORT_LENGTH else ()
    return next((margin for margin in margins if reach <= margin), length - 1)


def _images(reach: float, length_scale: float, length: int) -> tuple[int, ...]:
    """Return the images that a squared exponential's closed form needs; none: no closed form."""
    if reach >= length or length_scale < _NARROWEST_CLOSED_FORM:
        return ()
    return (0, -1, 1) if length_scale < _NARROWEST_SINGLE_IMAGE else (0,)


def _interleaved(spectrum: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
    return spectrum.to(dtype)[..., None].repeat(1, 1, 2)


def _transforms(
    kernel: Kernel, terms: torch.Tensor, slopes: list[torch.Tensor], length: int, period: int
) -> list[torch.Tensor]:
    """Return the transforms of a kernel (series,) and of its slopes, each (series, frequency).

    Parameters
    ----------
    kernel : Kernel
        Parameters of shape (series,), float64.
    terms : torch.Tensor
        Shape (series, distance), the kernel at distances 1, 2, …, relative to the first.
    slopes : list of torch.Tensor
        The same of its derivatives; empty if there is nothing to learn.
    length, period : int
        Of the series, and of the transform.
    """
    images: list[tuple[int, ...]] = [()] * len(terms)
    if isinstance(kernel, SquaredExponential):
        ends = (kernel.reach(_TAIL[torch.float32]).tolist(), kernel.length_scale.tolist())
        images = [_images(reach, scale, length) for reach, scale in zip(*ends, strict=True)]
    results = [terms.new_empty(len(terms), period // 2 + 1) for _ in (terms, *slopes)]
    for wanted in set(images):
        rows = torch.tensor([i for i, of_series in enumerate(images) if of_series == wanted])
        if wanted:
            own = kernel.length_scale[rows]
            closed = _closed_transform(own, period, wanted, learned=bool(slopes))
            nearest = torch.exp(-0.5 / own**2)[:, None]
            parts = [transform / nearest for transform in closed]
            # As for the sampled ones: without the nearest neighbour's own derivative.
            parts[1:] = [slope - parts[0] / own[:, None] ** 3 for slope in parts[1:]]
        else:
            parts = [_sampled_transform(values[rows], period) for values in (terms, *slopes)]
        for result, part in zip(results, parts, strict=True):
            result[rows] = part
    return results


def _group(
    kernel: Kernel,
    rows: slice | torch.Tensor,
    length: int,
    margin: int,
    dtype: torch.dtype,
    learned: bool,
) -> _Group:
    """Prepare series of one margin; `kernel` is theirs, (series,) in float64."""
    period = int(next_fast_len(length + margin, real=True))
    device = kernel.length_scale.device
    distance = torch.arange(1, margin + 1, dtype=torch.float64, device=device)
    # Relative to the nearest neighbour's weight, which cancels in the ratio: otherwise a
    # length-scale far below one sample would divide zero by zero.
    log_values = kernel.log_values(distance)
    terms = relative_weights(log_values, log_values[:, :1].clone())
    slopes = [terms * slope for slope in kernel.log_slopes(distance)] if learned else []
    # Less a multiple of the weights themselves, which is a change of all by one factor and changes
    # no ratio: so that small derivatives are not differences of large ones.
    slopes = [slope - slope[:, :1] * terms for slope in slopes]
    transform, *transform_slopes = _transforms(kernel, terms, slopes, length, period)
    for slope in transform_slopes:
        # Each frequency but the first, and the last of an even period, stands for two.
        slope /= period
        slope[:, 1 : (period + 1) // 2] *= 2.0
    return _Group(
        rows=rows,
        period=period,
        transform=_interleaved(transform, dtype),
        inverse_total=_partial_sums(terms, length, dtype).reciprocal_(),
        transform_slopes=tuple(_interleaved(slope, dtype) for slope in transform_slopes),
        total_slopes=tuple(_partial_sums(slope, length, dtype) for slope in slopes),
    )


@torch.no_grad()
def _groups(kernel: Kernel, length: int, dtype: torch.dtype, learned: bool) -> tuple[_Group, ...]:
    flat = kernel.with_parameters(*(p.reshape(-1).to(torch.float64) for p in kernel.parameters))
    members: dict[int, list[int]] = {}
    for number, reach in enumerate(flat.reach(_TAIL[dtype]).tolist()):
        members.setdefault(_margin(reach, length), []).append(number)
    groups = []
    for margin, numbers in members.items():
        rows: slice | torch.Tensor = slice(None)
        if len(members) > 1:
            rows = torch.tensor(numbers, device=flat.length_scale.device)
        own = flat.with_parameters(*(p[rows] for p in flat.parameters))
        groups.append(_group(own, rows, length, margin, dtype, learned))
    return tuple(groups)


class _Regress(torch.autograd.Function):
    """m by convolution, with the closed forms of its derivatives."""

    @staticmethod
    def forward(
        ctx: Any,
        mean: torch.Tensor,
        weights: FourierWeights,
        *parameters: torch.Tensor,  # noqa: ARG004
    ) -> torch.Tensor:
        length = mean.shape[-1]
        data = mean.reshape(-1, length)
        learned = any(ctx.needs_input_grad[2:])
        regressed, spectra = torch.empty_like(data), []
        for group in weights.groups:
            spectrum = torch.fft.rfft(data[group.rows], n=group.period)
            if learned:
                spectra.append(spectrum)
            regressed[group.rows] = group.smooth(spectrum, length) * group.inverse_total
        ctx.weights = weights
        ctx.save_for_backward(*((regressed, *spectra) if learned else ()))
        return regressed.reshape(mean.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        length, weights = gradient.shape[-1], ctx.weights
        flat = gradient.reshape(-1, length)
        in_mean = torch.empty_like(flat)
        learned = any(ctx.needs_input_grad[2:])
        in_parameters = [flat.new_empty(len(flat)) for _ in weights.kernel.parameters]
        regressed, *spectra = ctx.saved_tensors if learned else (flat,)
        for number, group in enumerate(weights.groups):
            scaled = flat[group.rows] * group.inverse_total
            spectrum = torch.fft.rfft(scaled, n=group.period)
            if learned:
                product = torch.view_as_real(spectrum) * torch.view_as_real(spectra[number])
                about = scaled.mul_(regressed[group.rows])
                slopes = zip(group.transform_slopes, group.total_slopes, strict=True)
                for index, (slope, total_slope) in enumerate(slopes):
                    of_numerator = (product * slope).sum((-2, -1))
                    in_parameters[index][group.rows] = of_numerator - (about * total_slope).sum(-1)
            in_mean[group.rows] = group.smooth(spectrum, length)
        shape = weights.kernel.length_scale.shape
        in_kernel = [p.reshape(shape) if learned else None for p in in_parameters]
        return in_mean.reshape(gradient.shape), None, *in_kernel


def weigh(
    kernel: Kernel, length: int, dtype: torch.dtype, times: torch.Tensor | None = None
) -> FourierWeights:
    """Transform `kernel` for `length` points of a regular grid; float64 inside, `dtype` kept.

    Raises
    ------
    InputError
        If there are fewer than two points, or time stamps, which need not be regular.
    """
    refuse(times, length, core="fft", instead="dense or chunked")
    learned = torch.is_grad_enabled() and any(p.requires_grad for p in kernel.parameters)
    return FourierWeights(kernel.to(dtype), _groups(kernel, length, dtype, learned))


def divergence(
    mean: torch.Tensor,
    variance: torch.Tensor,
    kernel: Kernel,
    noise_variance: torch.Tensor,
    times: torch.Tensor | None = None,
) -> torch.Tensor:
    """Return the divergence (replicate, latent) in nats; see `bssbench.kernels.catalogue.Core`."""
    weights = weigh(kernel, mean.shape[-1], mean.dtype, times)
    return divergence_about(weights.regress(mean), mean, variance, noise_variance)
