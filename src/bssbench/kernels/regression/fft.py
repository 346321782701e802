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

from dataclasses import dataclass
from typing import Any

import torch
from scipy.fft import next_fast_len
from torch.autograd.function import once_differentiable

from bssbench.kernels.regression._fourier import TAIL, kernel_transforms, partial_sums
from bssbench.kernels.stationary import Kernel, without_denormals_
from bssbench.kernels.time_stamps import require_regular_grid
from bssbench.kernels.transforms import as_real, to_series, to_spectrum

__all__ = ["FourierWeights", "weigh"]

# Shorter series are padded to twice their length, whatever the kernel: all of a batch in one
# transform is faster there than each with the padding it needs.
_SHORT_LENGTH = 4096


@dataclass(frozen=True)
class _Group:
    """Series, at `rows` of the flattened batch, whose transforms are padded to one `period`.

    `transform`, (series, 2 × frequency), is that of the kernel without its own point (see
    `kernel_transforms`), and `inverse_total`, (series, time), is 1/D. The slopes are derivatives in
    each parameter of the kernel, of D itself for the second; empty if there is nothing to learn.
    The first are halved where a frequency counts once in Parseval's sum.
    """

    rows: slice | torch.Tensor
    period: int
    transform: torch.Tensor
    inverse_total: torch.Tensor
    transform_slopes: tuple[torch.Tensor, ...]
    total_slopes: tuple[torch.Tensor, ...]

    def smooth(self, spectrum: torch.Tensor, length: int) -> torch.Tensor:
        """Return k∗v, (series, time), for the spectrum of v."""
        product = torch.view_as_complex((as_real(spectrum) * self.transform).unflatten(-1, (-1, 2)))
        return to_series(product, self.period)[:, :length]


@dataclass(frozen=True)
class FourierWeights:
    """The kernel, in the data's precision, its transform, and the regression's denominator.

    Each series is in one of the groups.
    """

    kernel: Kernel
    groups: tuple[_Group, ...]

    def regress(self, mean: torch.Tensor) -> torch.Tensor:
        """Return m, shape (replicate, latent, time), differentiable in mean and kernel."""
        return _Regress.apply(mean, self, *self.kernel.parameters)


def _margin(reach: float, length: int) -> int:
    """Return by how much a series is padded.

    By its own kernel alone, in few classes: its rounding must not depend on the rest of the batch,
    and a transform's plan costs as much as several series'.
    """
    margins = (length // 64, length // 8) if length >= _SHORT_LENGTH else ()
    return next((margin for margin in margins if reach <= margin), length - 1)


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
    # Relative to the largest weight, the nearest neighbour's for all kernels but the periodic one.
    # It cancels in the ratio, where a length-scale far below one sample would divide zero by zero.
    log_values = kernel.log_values(distance)
    terms = without_denormals_(log_values - log_values.amax(-1, keepdim=True)).exp_()
    slopes = [terms * slope for slope in kernel.log_slopes(distance)] if learned else []
    # Less a multiple of the weights themselves, which is a change of all by one factor and changes
    # no ratio: so that small derivatives are not differences of large ones.
    slopes = [slope - slope[:, :1] * terms for slope in slopes]
    transform, *transform_slopes = kernel_transforms(
        kernel, [terms, *slopes], length, period, dtype
    )
    for slope in transform_slopes:
        # Each frequency but the first, and the last of an even period, stands for two.
        slope[:, :2] *= 0.5
        if period % 2 == 0:
            slope[:, -2:] *= 0.5
    return _Group(
        rows=rows,
        period=period,
        transform=transform,
        inverse_total=partial_sums(terms, length, dtype).reciprocal_(),
        transform_slopes=tuple(transform_slopes),
        total_slopes=tuple(partial_sums(slope, length, dtype) for slope in slopes),
    )


@torch.no_grad()
def _groups(kernel: Kernel, length: int, dtype: torch.dtype, learned: bool) -> tuple[_Group, ...]:
    flat = kernel.with_parameters(*(p.reshape(-1).to(torch.float64) for p in kernel.parameters))
    members: dict[int, list[int]] = {}
    for number, reach in enumerate(flat.reach(TAIL[dtype]).tolist()):
        members.setdefault(_margin(reach, length), []).append(number)
    groups = []
    for margin, numbers in members.items():
        rows: slice | torch.Tensor = slice(None)
        if len(members) > 1:
            rows = torch.tensor(numbers, device=flat.length_scale.device)
        own = flat.with_parameters(*(p[rows] for p in flat.parameters))
        groups.append(_group(own, rows, length, margin, dtype, learned))
    return tuple(groups)


def _assembled(parts: list[torch.Tensor], groups: tuple[_Group, ...]) -> torch.Tensor:
    """Put the groups' series, (series, …) each, back into their places in the flattened batch."""
    if len(parts) == 1:
        return parts[0]
    whole = parts[0].new_empty(sum(map(len, parts)), *parts[0].shape[1:])
    for part, group in zip(parts, groups, strict=True):
        whole[group.rows] = part
    return whole


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
        parts, spectra = [], []
        for group in weights.groups:
            spectrum = to_spectrum(data[group.rows], group.period)
            if learned:
                spectra.append(spectrum)
            parts.append(group.smooth(spectrum, length) * group.inverse_total)
        regressed = _assembled(parts, weights.groups)
        ctx.weights = weights
        ctx.save_for_backward(*((regressed, *spectra) if learned else ()))
        return regressed.reshape(mean.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        length, weights = gradient.shape[-1], ctx.weights
        flat = gradient.reshape(-1, length)
        learned = any(ctx.needs_input_grad[2:])
        regressed, *spectra = ctx.saved_tensors if learned else (flat,)
        in_mean, in_parameters = [], []
        for number, group in enumerate(weights.groups):
            scaled = flat[group.rows] * group.inverse_total
            spectrum = to_spectrum(scaled, group.period)
            if learned:
                product = as_real(spectrum) * as_real(spectra[number])
                about = scaled.mul_(regressed[group.rows])
                slopes = zip(group.transform_slopes, group.total_slopes, strict=True)
                changes = [
                    (product * slope).sum(-1) * (2.0 / group.period) - (about * total_slope).sum(-1)
                    for slope, total_slope in slopes
                ]
                in_parameters.append(torch.stack(changes, dim=-1))
            in_mean.append(group.smooth(spectrum, length))
        in_kernel: list[torch.Tensor | None] = [None] * len(weights.kernel.parameters)
        if learned:
            together = _assembled(in_parameters, weights.groups)
            shape = weights.kernel.length_scale.shape
            in_kernel = [column.reshape(shape) for column in together.unbind(-1)]
        return _assembled(in_mean, weights.groups).reshape(gradient.shape), None, *in_kernel


def weigh(
    kernel: Kernel, length: int, dtype: torch.dtype, times: torch.Tensor | None = None
) -> FourierWeights:
    """Transform `kernel` for `length` points of a regular grid; float64 inside, `dtype` kept.

    Raises
    ------
    InputError
        If there are fewer than two points, or time stamps, which need not be regular.
    """
    require_regular_grid(times, length, core="fft", instead="dense or chunked")
    learned = torch.is_grad_enabled() and any(p.requires_grad for p in kernel.parameters)
    return FourierWeights(kernel.to(dtype), _groups(kernel, length, dtype, learned))
