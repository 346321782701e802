"""Kernel regression by all pairs in O(T) memory: the dense arithmetic, any time stamps.

Weights are made anew for each direction, a block of rows at a time, and never kept.
"""

from dataclasses import dataclass

import torch

from bssbench.kernels.regression._pairwise import Pairs, regress_pairs
from bssbench.kernels.stationary import Kernel

__all__ = ["ChunkedWeights", "weigh"]


@dataclass(frozen=True)
class ChunkedWeights:
    """The rule that the weights follow: kernel and time stamps."""

    pairs: Pairs

    def regress(self, mean: torch.Tensor) -> torch.Tensor:
        """Return m, shape (replicate, latent, time), differentiable in mean and kernel."""
        return regress_pairs(mean, self.pairs)


def weigh(
    kernel: Kernel, length: int, dtype: torch.dtype, times: torch.Tensor | None = None
) -> ChunkedWeights:
    """Prepare the weights of `kernel`, in precision `dtype`, for `length` points in time."""
    return ChunkedWeights(Pairs(kernel.to(dtype), length, times))
