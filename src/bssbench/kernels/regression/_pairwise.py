"""Kernel regression by all pairs of time points, a block of rows at a time."""

from collections.abc import Iterator
from typing import Any

import torch
from torch.autograd.function import once_differentiable

from bssbench.kernels.stationary import Kernel, relative_weights
from bssbench.kernels.time_stamps import resolved

__all__ = ["Pairs", "regress_pairs"]

# Weights of a block: they are built in several passes, which should stay in the processor's cache.
_BLOCK_BYTES = 2e6


class Pairs:
    """The weights of all pairs, made block by block.

    Parameters
    ----------
    kernel : Kernel
        Parameters of shape (replicate, latent).
    length : int
        Number of samples T, at least 2.
    times : torch.Tensor or None
        Shape (time,), not decreasing; None for a regular grid of step one.
    """

    def __init__(self, kernel: Kernel, length: int, times: torch.Tensor | None) -> None:
        like = kernel.length_scale
        # Differences of large time stamps in single precision would be no differences.
        self.times = resolved(times, length, like.device)
        self.kernel, self.length, self.dtype = kernel, length, like.dtype
        gaps = torch.diff(self.times).to(like.dtype)
        nearest = torch.cat([gaps[:1], torch.minimum(gaps[1:], gaps[:-1]), gaps[-1:]])
        # The nearest neighbour's weight: relative to it no row's sum underflows.
        self.largest = kernel.log_values(nearest)

    def blocks(self) -> Iterator[slice]:
        """Yield slices of rows whose weights are of the size of a cache."""
        row_bytes = self.kernel.length_scale.numel() * self.length * self.dtype.itemsize
        rows = max(1, int(_BLOCK_BYTES // row_bytes))
        for start in range(0, self.length, rows):
            yield slice(start, min(start + rows, self.length))

    def distance(self, rows: slice) -> torch.Tensor:
        """Return |t − s| of shape (row, time)."""
        return (self.times[rows, None] - self.times).abs().to(self.dtype)

    def weights(self, rows: slice, distance: torch.Tensor) -> torch.Tensor:
        """Return weights of shape (replicate, latent, row, time), each row's largest near one."""
        log_weights = self.kernel.log_values(distance)
        weights = relative_weights(log_weights, self.largest[..., rows, None])
        torch.diagonal(weights, offset=rows.start, dim1=-2, dim2=-1).zero_()
        return weights


class _Regress(torch.autograd.Function):
    """m for all pairs, with its derivatives in the parameters from the same blocks."""

    @staticmethod
    def forward(
        ctx: Any,
        mean: torch.Tensor,
        pairs: Pairs,
        kept: torch.Tensor | None,
        *parameters: torch.Tensor,
    ) -> torch.Tensor:
        regressed, total = torch.empty_like(mean), torch.empty_like(mean)
        learned = any(ctx.needs_input_grad[3:])
        slopes = [torch.empty_like(mean) for _ in parameters] if learned else []
        column = mean[..., None]
        for rows in pairs.blocks():
            distance = pairs.distance(rows)
            weights = pairs.weights(rows, distance) if kept is None else kept[..., rows, :]
            total[..., rows] = weights.sum(-1)
            regressed[..., rows] = (weights @ column)[..., 0] / total[..., rows]
            if learned:
                # ∂m/∂θ = Σ_s w_s (∂ log k_s/∂θ) (μ_s − m) / Σ_s w_s: the normalisation drops out.
                for slope, in_parameter in zip(
                    slopes, pairs.kernel.log_slopes(distance), strict=True
                ):
                    moved = in_parameter.mul_(weights)
                    change = (moved @ column)[..., 0] - regressed[..., rows] * moved.sum(-1)
                    slope[..., rows] = change / total[..., rows]
        ctx.save_for_backward(total, *slopes)
        ctx.pairs, ctx.kept = pairs, kept
        return regressed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        total, *slopes = ctx.saved_tensors
        in_parameters = [(gradient * slope).sum(-1) for slope in slopes]
        in_parameters += [None] * (len(ctx.needs_input_grad) - 3 - len(slopes))
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
        return in_mean, None, None, *in_parameters


def regress_pairs(
    mean: torch.Tensor, pairs: Pairs, kept: torch.Tensor | None = None
) -> torch.Tensor:
    """Return m, shape (replicate, latent, time).

    Parameters
    ----------
    mean : torch.Tensor
        Shape (replicate, latent, time).
    pairs : Pairs
        In the precision of `mean`.
    kept : torch.Tensor, optional
        All weights, shape (replicate, latent, time, time); otherwise they are made twice, once for
        each direction.
    """
    return _Regress.apply(mean, pairs, kept, *pairs.kernel.parameters)
