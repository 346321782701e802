"""Kernel regression by the fast Fourier transform: O(T log T), regular grid.

On a regular grid, numerator and denominator are convolutions. The denominator does not depend on
the data: it is a partial sum of the kernel, equal to 1 where both ends of the series are out of
reach. The transform of the squared exponential has a closed form, which is used if its tail ends
within the series; other kernels are sampled and transformed.

    numerator    N = k∗μ           one forward and one backward transform
    denominator  D(t) = S(t) + S(T−1−t),   S(n) = Σ_{d=1..n} k(d),   2 S(∞) = 1
    gradients    with u = (∂L/∂m)/D:   ∂L/∂μ = k∗u   again one forward and one backward transform;
                 ∂L/∂θ = Σ_t u (k_θ∗μ) − Σ_t u m D_θ, the first sum over frequencies (Parseval),
                 the second over the ends only, since D_θ is zero elsewhere

A long series is divided into blocks much longer than the kernel, which overlap by the kernel's
reach on both sides, so that each transform fits the processor's cache.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch.autograd.function import once_differentiable
from torch.nn.functional import pad

from bssbench.kernels.regression._fourier import (
    TAIL,
    closed_forms,
    kernel_sequences,
    kernel_transforms,
    partial_sums,
)
from bssbench.kernels.stationary import Kernel
from bssbench.kernels.time_stamps import require_regular_grid
from bssbench.kernels.transforms import as_real, to_series, to_spectrum

__all__ = ["FourierWeights", "weigh"]

# A series is padded by the smallest of these margins that covers its kernel's reach, otherwise to
# twice its length. The margin depends on its own kernel only, so that rounding errors do not depend
# on the rest of the batch. There are few margins because planning a transform is expensive.
_MARGINS = (256, 2048, 16384, 131072)
# Length of a block in margins, and the shortest series that is divided, in samples and in blocks;
# the transform of a shorter series fits the cache.
_BLOCK = 16
_SHORTEST_CUT, _FEWEST_BLOCKS = 2**16, 4


@dataclass(frozen=True)
class _Group:
    """Series, at `rows` of the flattened batch, with the same padding and division into blocks.

    A block has `step` time points, preceded by `lead` points that the kernel reaches. A series that
    is not divided is one block with `lead` = 0; the kernel then reaches into the padding only.

    `transform`, (series, 1, frequency), is the transform of the kernel without the weight at d = 0,
    and `inverse_totals` are 1/D at both `ends`. The slopes are the derivatives of both with respect
    to each parameter of the kernel, empty if the kernel is constant. Those of the transform are
    halved for frequencies that count once in Parseval's sum.
    """

    rows: slice | torch.Tensor
    length: int
    period: int
    lead: int
    step: int
    ends: tuple[slice, slice]
    transform: torch.Tensor
    inverse_totals: tuple[torch.Tensor, torch.Tensor]
    transform_slopes: tuple[torch.Tensor, ...]
    total_slopes: tuple[torch.Tensor, ...]

    def blocks(self, data: torch.Tensor) -> torch.Tensor:
        """Divide (series, time) into overlapping blocks, (series · block, period)."""
        behind = -self.length % self.step + self.period - self.step - self.lead
        padded = pad(data, (self.lead, behind))
        return padded.unfold(-1, self.period, self.step).flatten(0, 1) if self.lead else padded

    def own_blocks_divided(self, data: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Divide (series, time) by D; return the result, whole and in blocks padded by zeros."""
        if not self.lead:
            divided = pad(data, (0, self.period - self.length))
            self.divide_(divided)
            return divided, divided
        divided = pad(data, (0, -self.length % self.step))
        self.divide_(divided)
        return divided, pad(divided.reshape(-1, self.step), (self.lead, self.lead))

    def smooth_(self, spectra: torch.Tensor) -> torch.Tensor:
        """Return k∗v, (series, block, period), from the spectra of v, which are overwritten."""
        spectra.view(len(self.transform), -1, spectra.shape[-1]).mul_(self.transform)
        return to_series(spectra, self.period).view(len(self.transform), -1, self.period)

    def correlation(
        self, spectra: torch.Tensor, others: torch.Tensor, slope: torch.Tensor
    ) -> torch.Tensor:
        """Return Σ_t u (k_θ∗v), (series,), from the spectra of u and v and the transform of k_θ."""
        changed = spectra.view(len(slope), -1, spectra.shape[-1]) * slope
        products = as_real(changed).view(len(slope), -1)
        products *= as_real(others).view(len(slope), -1)
        return products.sum(-1) * (2.0 / self.period)

    def own(self, blocks: torch.Tensor) -> torch.Tensor:
        """Return the series, (series, time), without the overlaps of the blocks."""
        own = blocks[..., self.lead : self.lead + self.step]
        return own.flatten(-2)[:, : self.length]

    def overlapped(self, blocks: torch.Tensor) -> torch.Tensor:
        """Return the series, (series, time), as the sum of overlapping blocks."""
        if self.lead:
            after = self.lead + self.step
            blocks[:, 1:, self.lead : 2 * self.lead].add_(blocks[:, :-1, after:])
            blocks[:, :-1, self.step : after].add_(blocks[:, 1:, : self.lead])
        return self.own(blocks)

    def divide_(self, series: torch.Tensor) -> None:
        """Divide (series, time) by D, in place."""
        for end, inverse_total in zip(self.ends, self.inverse_totals, strict=True):
            series[:, end].mul_(inverse_total)

    def at_ends(self, series: torch.Tensor) -> torch.Tensor:
        """Return the parts of (series, time) where D is not 1."""
        return torch.cat([series[:, end] for end in self.ends], dim=-1)


@dataclass(frozen=True)
class FourierWeights:
    """The kernel in the data's precision, its transform, and the regression's denominator.

    Each series belongs to one of the groups.
    """

    kernel: Kernel
    groups: tuple[_Group, ...]

    def regress(self, mean: torch.Tensor) -> torch.Tensor:
        """Return m, shape (replicate, latent, time), differentiable in mean and kernel."""
        return _Regress.apply(mean, self, *self.kernel.parameters)


def _period(length: int, margin: int) -> int:
    """Return the period of transforms: a fast one, or that of a block if it is far shorter.

    It is even and has many factors of two, for which transforms are fastest.
    """
    needed = length + margin
    divisor = 2 ** max(1, (needed - 1).bit_length() - 4)
    whole = -(-needed // divisor) * divisor
    block = _BLOCK * margin
    return block if whole >= max(_SHORTEST_CUT, _FEWEST_BLOCKS * block) else whole


def _group(
    kernel: Kernel,
    rows: slice | torch.Tensor,
    length: int,
    margin: int,
    form: int,
    dtype: torch.dtype,
    learned: bool,
) -> _Group:
    """Prepare series with the same margin and form; `kernel` has shape (series,), in float64."""
    period = _period(length, margin)
    sequences = kernel_sequences(kernel, margin, learned)
    transform, *transform_slopes = kernel_transforms(kernel, sequences, period, form, dtype)
    for slope in transform_slopes:
        # Each frequency except the first and the last counts twice.
        slope[:, :: period // 2].mul_(0.5)
    totals = [partial_sums(sequence, length).to(dtype) for sequence in sequences]
    first, last = min(margin, (length + 1) // 2), min(margin, length // 2)
    # The second end follows by symmetry.
    both = [(total, total[:, :last].flip(-1)) for total in totals]
    cut = period < length + margin
    return _Group(
        rows=rows,
        length=length,
        period=period,
        lead=margin if cut else 0,
        step=period - 2 * margin if cut else length,
        ends=(slice(0, first), slice(length - last, length)),
        transform=transform[:, None],
        inverse_totals=(both[0][0].reciprocal(), both[0][1].reciprocal()),
        transform_slopes=tuple(slope[:, None] for slope in transform_slopes),
        total_slopes=tuple(torch.cat(slopes, dim=-1) for slopes in both[1:]),
    )


@torch.no_grad()
def _groups(kernel: Kernel, length: int, dtype: torch.dtype, learned: bool) -> tuple[_Group, ...]:
    flat = kernel.with_parameters(*(p.reshape(-1).to(torch.float64) for p in kernel.parameters))
    reach = flat.reach(TAIL[dtype])
    margins = [margin for margin in _MARGINS if margin <= length // 2]
    limits = torch.tensor(margins, dtype=reach.dtype, device=reach.device)
    margin_of = torch.bucketize(reach, limits).tolist()
    kinds = list(zip(margin_of, closed_forms(flat, reach, length).tolist(), strict=True))
    groups, distinct = [], sorted(set(kinds))
    for kind in distinct:
        number, form = kind
        rows: slice | torch.Tensor = slice(None)
        if len(distinct) > 1:
            members = [row for row, of_row in enumerate(kinds) if of_row == kind]
            rows = torch.tensor(members, device=reach.device)
        own = flat.with_parameters(*(p[rows] for p in flat.parameters))
        margin = margins[number] if number < len(margins) else length - 1
        groups.append(_group(own, rows, length, margin, form, dtype, learned))
    return tuple(groups)


def _assembled(parts: list[torch.Tensor], groups: tuple[_Group, ...]) -> torch.Tensor:
    """Reassemble the flattened batch from the series of all groups."""
    if len(parts) == 1:
        return parts[0]
    whole = parts[0].new_empty(sum(map(len, parts)), *parts[0].shape[1:])
    for part, group in zip(parts, groups, strict=True):
        whole[group.rows] = part
    return whole


class _Regress(torch.autograd.Function):
    """m by convolution, with derivatives in closed form."""

    @staticmethod
    def forward(
        ctx: Any,
        mean: torch.Tensor,
        weights: FourierWeights,
        *parameters: torch.Tensor,  # noqa: ARG004
    ) -> torch.Tensor:
        data = mean.flatten(0, -2)
        learned = any(ctx.needs_input_grad[2:])
        parts, kept = [], []
        for group in weights.groups:
            spectra = to_spectrum(group.blocks(data[group.rows]), group.period)
            part = group.own(group.smooth_(spectra.clone() if learned else spectra))
            group.divide_(part)
            if learned:
                kept += [spectra, group.at_ends(part)]
            parts.append(part)
        ctx.weights = weights
        ctx.save_for_backward(*kept)
        return _assembled(parts, weights.groups).reshape(mean.shape)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        weights, kept = ctx.weights, ctx.saved_tensors
        flat = gradient.flatten(0, -2)
        in_mean, in_parameters = [], []
        for number, group in enumerate(weights.groups):
            divided, blocks = group.own_blocks_divided(flat[group.rows])
            spectra = to_spectrum(blocks, group.period)
            if kept:
                data_spectra, regressed = kept[2 * number : 2 * number + 2]
                about = group.at_ends(divided).mul_(regressed)
                slopes = zip(group.transform_slopes, group.total_slopes, strict=True)
                changes = [
                    group.correlation(spectra, data_spectra, slope) - (about * total_slope).sum(-1)
                    for slope, total_slope in slopes
                ]
                in_parameters.append(torch.stack(changes, dim=-1))
            in_mean.append(group.overlapped(group.smooth_(spectra)))
        in_kernel: list[torch.Tensor | None] = [None] * len(weights.kernel.parameters)
        if in_parameters:
            together = _assembled(in_parameters, weights.groups)
            shape = weights.kernel.length_scale.shape
            in_kernel = [column.reshape(shape) for column in together.unbind(-1)]
        return _assembled(in_mean, weights.groups).reshape(gradient.shape), None, *in_kernel


def weigh(
    kernel: Kernel, length: int, dtype: torch.dtype, times: torch.Tensor | None = None
) -> FourierWeights:
    """Transform a kernel for a regular grid, in float64; store the result in `dtype`.

    Raises
    ------
    InputError
        If there are time stamps or fewer than two points.
    """
    require_regular_grid(times, length, core="fft", instead="dense or chunked")
    learned = torch.is_grad_enabled() and any(p.requires_grad for p in kernel.parameters)
    return FourierWeights(kernel.to(dtype), _groups(kernel, length, dtype, learned))
