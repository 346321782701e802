"""Kernel regression with all weights in memory: O(T²) time and memory, any time stamps."""

from dataclasses import dataclass

import torch

from bssbench.kernels.regression._pairwise import Pairs, regress_pairs
from bssbench.kernels.stationary import Kernel

__all__ = ["DenseWeights", "weigh"]


@dataclass(frozen=True)
class DenseWeights:
    """All weights of all series, (replicate, latent, time, time), and the rule that they follow.

    Whether they are `filled` in: those to be used once are made on the way.
    """

    pairs: Pairs
    weights: torch.Tensor
    filled: bool

    def regress(self, mean: torch.Tensor) -> torch.Tensor:
        """Return m, shape (replicate, latent, time), differentiable in mean and kernel."""
        return regress_pairs(mean, self.pairs, self.weights, self.filled)


def weigh(
    kernel: Kernel, length: int, dtype: torch.dtype, times: torch.Tensor | None = None
) -> DenseWeights:
    """Compute all weights of `kernel`, in precision `dtype`, for `length` points in time."""
    pairs = Pairs(kernel.to(dtype), length, times)
    like = pairs.kernel.length_scale
    weights = torch.empty((*like.shape, length, length), dtype=dtype, device=like.device)
    if any(parameter.requires_grad for parameter in pairs.kernel.parameters):
        # Another step will have another kernel.
        return DenseWeights(pairs, weights, filled=False)
    for rows in pairs.blocks():
        weights[..., rows, :] = pairs.weights(rows, pairs.distance(rows))
    return DenseWeights(pairs, weights, filled=True)
