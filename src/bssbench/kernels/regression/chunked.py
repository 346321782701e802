"""Kernel regression by all pairs in O(T) memory, with the arithmetic of `dense`; any time stamps.

Weights are recomputed for each direction in blocks of rows and are not stored.
"""

from dataclasses import dataclass

import torch

from bssbench.kernels.regression._pairwise import Pairs, regress_pairs
from bssbench.kernels.stationary import Kernel

__all__ = ["ChunkedWeights", "weigh"]


@dataclass(frozen=True)
class ChunkedWeights:
    """Kernel and time stamps, from which the weights are computed."""

    pairs: Pairs

    def regress(self, mean: torch.Tensor) -> torch.Tensor:
        """Return m, shape (replicate, latent, time), differentiable in mean and kernel."""
        return regress_pairs(mean, self.pairs)


def weigh(
    kernel: Kernel, length: int, dtype: torch.dtype, times: torch.Tensor | None = None
) -> ChunkedWeights:
    """Prepare the weights of a kernel for `length` time points in the precision `dtype`."""
    return ChunkedWeights(Pairs(kernel.to(dtype), length, times))
