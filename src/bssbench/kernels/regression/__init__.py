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


class _DivergenceAbout(torch.autograd.Function):
    """The divergence, whose derivatives take half the passes over the data of autograd's own."""

    @staticmethod
    def forward(
        ctx: Any,
        regressed: torch.Tensor,
        mean: torch.Tensor,
        variance: torch.Tensor,
        noise_variance: torch.Tensor,
    ) -> torch.Tensor:
        length = mean.shape[-1]
        per_sample = length / variance.shape[-1]
        residual = mean - regressed
        power = (residual * residual).sum(-1) + variance.sum(-1) * per_sample
        ctx.save_for_backward(residual, variance, noise_variance, power)
        log_ratio = length * torch.log(noise_variance) - torch.log(variance).sum(-1) * per_sample
        return 0.5 * (power / noise_variance + log_ratio - length)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, ...]:
        residual, variance, noise_variance, power = ctx.saved_tensors
        length = residual.shape[-1]
        scaled = gradient / noise_variance
        in_mean = residual * scaled[..., None]
        halves = [(0.5 * length / variance.shape[-1] * x)[..., None] for x in (scaled, gradient)]
        in_variance = variance.reciprocal().mul_(-halves[1]).add_(halves[0])
        in_noise_variance = 0.5 * scaled * (length - power / noise_variance)
        return -in_mean, in_mean, in_variance, in_noise_variance


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
    own_noise = noise_variance.expand(mean.shape[:-1])
    divergence: torch.Tensor = _DivergenceAbout.apply(regressed, mean, variance, own_noise)
    return divergence
