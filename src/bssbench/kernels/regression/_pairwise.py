"""Kernel regression by all pairs of time points, in blocks of rows."""

from collections.abc import Iterator
from typing import Any

import torch
from torch.autograd.function import once_differentiable

from bssbench.kernels.stationary import Kernel, Periodic, without_denormals_
from bssbench.kernels.time_stamps import checked_times

__all__ = ["Pairs", "regress_pairs"]

# Size of a block's weights for each series. They are computed in several passes, which should fit
# the processor's cache.
_BLOCK_BYTES = 5e5
# If the logarithm of the largest weight is above this value, the sum cannot underflow.
_NEGLIGIBLE = -20.0


class Pairs:
    """The weights of all pairs, computed in blocks; `times` are as for `checked_times`."""

    def __init__(self, kernel: Kernel, length: int, times: torch.Tensor | None) -> None:
        like = kernel.length_scale
        self.times = checked_times(times, length, like.device)
        self.kernel, self.length, self.dtype = kernel, length, like.dtype
        self.largest: torch.Tensor | None = None
        if not isinstance(kernel, Periodic):
            gaps = torch.diff(self.times).to(like.dtype)
            nearest = torch.cat([gaps[:1], torch.minimum(gaps[1:], gaps[:-1]), gaps[-1:]])
            # Relative to the nearest neighbour's weight, no sum of a row underflows. Where there is
            # no risk of underflow, nothing is subtracted, so that the step may be skipped.
            largest = kernel.log_values(nearest)
            self.largest = torch.where(largest > _NEGLIGIBLE, 0.0, largest)
        self.relative = self.largest is None or bool((self.largest != 0.0).any())

    def blocks(self) -> Iterator[slice]:
        """Yield slices of rows. They depend only on the length, as do the rounding errors."""
        rows = max(1, int(_BLOCK_BYTES // (self.length * self.dtype.itemsize)))
        for start in range(0, self.length, rows):
            yield slice(start, min(start + rows, self.length))

    def distance(self, rows: slice) -> torch.Tensor:
        """Return |t − s| of shape (row, time)."""
        return (self.times[rows, None] - self.times).abs_().to(self.dtype)

    def weights(self, rows: slice, distance: torch.Tensor) -> torch.Tensor:
        """Return weights (replicate, latent, row, time); the largest of each row is about 1."""
        log_weights = self.kernel.log_values(distance)
        own = torch.diagonal(log_weights, offset=rows.start, dim1=-2, dim2=-1)
        if self.largest is None:
            own.fill_(-torch.inf)
            log_weights -= log_weights.amax(-1, keepdim=True)
        elif self.relative:
            log_weights -= self.largest[..., rows, None]
        weights = without_denormals_(log_weights).exp_()
        own.zero_()
        return weights


class _Regress(torch.autograd.Function):
    """m by all pairs, with derivatives with respect to the parameters from the same blocks."""

    @staticmethod
    def forward(
        ctx: Any,
        mean: torch.Tensor,
        pairs: Pairs,
        kept: torch.Tensor | None,
        filled: bool,
        *parameters: torch.Tensor,
    ) -> torch.Tensor:
        regressed, total = torch.empty_like(mean), torch.empty_like(mean)
        learned = any(ctx.needs_input_grad[4:])
        slopes = [torch.empty_like(mean) for _ in parameters] if learned else []
        # Numerator and denominator in one product.
        columns = torch.stack([mean, torch.ones_like(mean)], dim=-1)
        for rows in pairs.blocks():
            distance = pairs.distance(rows)
            if kept is not None and filled:
                weights = kept[..., rows, :]
            else:
                weights = pairs.weights(rows, distance)
            if kept is not None and not filled:
                kept[..., rows, :] = weights
            numerator, denominator = (weights @ columns).unbind(-1)
            total[..., rows] = denominator
            regressed[..., rows] = numerator / denominator
            if learned:
                # ∂m/∂θ = Σ_s w_s (∂ log k_s/∂θ) (μ_s − m) / Σ_s w_s; the normalisation cancels.
                in_parameters = pairs.kernel.log_slopes(distance)
                for slope, in_parameter in zip(slopes, in_parameters, strict=True):
                    moved, sum_of_moved = (in_parameter.mul_(weights) @ columns).unbind(-1)
                    change = moved - regressed[..., rows] * sum_of_moved
                    slope[..., rows] = change / denominator
        ctx.save_for_backward(total, *slopes)
        ctx.pairs, ctx.kept = pairs, kept
        return regressed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        total, *slopes = ctx.saved_tensors
        in_parameters = [(gradient * slope).sum(-1) for slope in slopes]
        in_parameters += [None] * (len(ctx.needs_input_grad) - 4 - len(slopes))
        in_mean = None
        if ctx.needs_input_grad[0]:
            scaled = (gradient / total)[..., None, :]
            in_mean = torch.zeros_like(scaled)
            for rows in ctx.pairs.blocks():
                if ctx.kept is None:
                    weights = ctx.pairs.weights(rows, ctx.pairs.distance(rows))
                else:
                    weights = ctx.kept[..., rows, :]
                in_mean += scaled[..., rows] @ weights
            in_mean = in_mean[..., 0, :]
        return in_mean, None, None, None, *in_parameters


def regress_pairs(
    mean: torch.Tensor, pairs: Pairs, kept: torch.Tensor | None = None, filled: bool = True
) -> torch.Tensor:
    """Return m for means of the same shape (replicate, latent, time) and the pairs' precision.

    `kept` is a tensor for all weights, (replicate, latent, time, time). It is either `filled`
    already or is filled here. Without it, the weights are computed twice, once per direction.
    """
    return _Regress.apply(mean, pairs, kept, filled, *pairs.kernel.parameters)
