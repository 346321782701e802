"""Kernel regression: each time point of a latent is predicted from its other time points.

The prior mean at t is the leave-one-out Nadaraya–Watson regression of the posterior means,

    m(t) = Σ_{s≠t} k(t−s) μ(s) / Σ_{s≠t} k(t−s),    p(z_t) = N(m(t), σ²),

so that, in nats,

    KL = ½ Σ_t [((μ_t − m(t))² + s_t²)/σ² − log s_t² + log σ² − 1].

A pseudo-likelihood in Besag's sense (1975): a product of leave-one-out conditionals, no normalised
density, and no kernel matrix to invert. One module a core; they differ in how m is computed:

`dense`    O(T²) time and memory, any time stamps
`chunked`  O(T²) time, O(T) memory, any time stamps
`banded`   O(T·w), regular grid; the kernel is cut off at w
`fft`      O(T log T), regular grid

Each has ``weigh``, which does what depends on kernel and time stamps alone and can be kept. It
takes these as `bssbench.kernels.core.Core` does, the number of samples T and the data's precision;
`bssbench.kernels.core.load_core` does everything at once.
"""

from typing import Any, Protocol

import torch
from torch.autograd.function import once_differentiable

__all__ = ["Weights", "divergence_about"]


class Weights(Protocol):
    """What a core keeps between calls for as long as the kernel stays the same."""

    def regress(self, mean: torch.Tensor) -> torch.Tensor:
        """Return m, shape (replicate, latent, time), differentiable in mean and kernel."""


class _SumOfSquares(torch.autograd.Function):
    """Σ_t x², whose derivative takes one pass over the data where autograd's own takes three."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return (x * x).sum(-1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> torch.Tensor:
        (x,) = ctx.saved_tensors
        return x * (2.0 * gradient)[..., None]


def divergence_about(
    regressed: torch.Tensor,
    mean: torch.Tensor,
    variance: torch.Tensor,
    noise_variance: torch.Tensor,
) -> torch.Tensor:
    """Return the divergence of N(μ, s²) from N(m, σ²), (replicate, latent), in nats.

    μ and the `regressed` m have shape (replicate, latent, time), s² that or one time for all, and
    σ² is (replicate, latent).
    """
    length = mean.shape[-1]
    per_sample = length / variance.shape[-1]
    power = _SumOfSquares.apply(mean - regressed) + variance.sum(-1) * per_sample
    log_ratio = length * torch.log(noise_variance) - torch.log(variance).sum(-1) * per_sample
    return 0.5 * (power / noise_variance + log_ratio - length)
