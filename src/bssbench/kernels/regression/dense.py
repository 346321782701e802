"""Kernel regression with all weights in memory: O(T²) time and memory, any time stamps."""

from dataclasses import dataclass

import torch

from bssbench.kernels.regression._pairwise import Pairs, regress_pairs
from bssbench.kernels.stationary import Kernel

__all__ = ["DenseWeights", "weigh"]


@dataclass(frozen=True)
class DenseWeights:
    """All weights of all series, of shape (replicate, latent, time, time).

    If they are not `filled`, the first regression computes them.
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
    """Compute all weights of a kernel for `length` time points in the precision `dtype`."""
    pairs = Pairs(kernel.to(dtype), length, times)
    like = pairs.kernel.length_scale
    weights = torch.empty((*like.shape, length, length), dtype=dtype, device=like.device)
    if any(parameter.requires_grad for parameter in pairs.kernel.parameters):
        # The kernel changes with each step, so the weights are used only once.
        return DenseWeights(pairs, weights, filled=False)
    for rows in pairs.blocks():
        weights[..., rows, :] = pairs.weights(rows, pairs.distance(rows))
    return DenseWeights(pairs, weights, filled=True)
