"""Kernel regression: each time point of a latent is predicted from its other time points.

The prior mean at t is the leave-one-out Nadaraya–Watson regression of the posterior means,

    m(t) = Σ_{s≠t} k(t−s) μ(s) / Σ_{s≠t} k(t−s),    p(z_t) = N(m(t), σ²),

so that, in nats,

    KL = ½ Σ_t [((μ_t − m(t))² + s_t²)/σ² − log s_t² + log σ² − 1].

This product of leave-one-out conditionals is a pseudo-likelihood in the sense of Besag (1975), not
a normalised density. It does not require the inverse of a kernel matrix. There is one module per
core; they differ in how they compute m:

`dense`    O(T²) time and memory, any time stamps
`chunked`  O(T²) time, O(T) memory, any time stamps
`banded`   O(T·w), regular grid; the kernel is truncated at w
`fft`      O(T log T), regular grid

Each module has a function ``weigh``, which performs the computations that depend only on kernel and
time stamps. Its result can be reused. Its arguments are the kernel and time stamps as in
`bssbench.kernels.core.Core`, the number of samples T and the data's precision.
`bssbench.kernels.core.load_core` returns a function that performs both steps.
"""

from typing import Any, Protocol

import torch
from torch.autograd.function import once_differentiable

__all__ = ["Weights", "divergence_about"]


class Weights(Protocol):
    """Weights of a kernel regression, which can be reused as long as the kernel is unchanged."""

    def regress(self, mean: torch.Tensor) -> torch.Tensor:
        """Return the leave-one-out regression m, differentiable in mean and kernel.

        Parameters
        ----------
        mean : torch.Tensor
            Shape (replicate, latent, time).

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, time).
        """


class _DivergenceAbout(torch.autograd.Function):
    """The divergence, with derivatives that take half as many passes over the data as autograd."""

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
    """Return the divergence of N(μ, s²) from N(m, σ²), summed over time.

    Parameters
    ----------
    regressed : torch.Tensor
        m, of shape (replicate, latent, time).
    mean : torch.Tensor
        μ, of shape (replicate, latent, time).
    variance : torch.Tensor
        s², of shape (replicate, latent, time) or (replicate, latent, 1).
    noise_variance : torch.Tensor
        σ², of shape (replicate, latent).

    Returns
    -------
    torch.Tensor
        Shape (replicate, latent), in nats.
    """
    own_noise = noise_variance.expand(mean.shape[:-1])
    divergence: torch.Tensor = _DivergenceAbout.apply(regressed, mean, variance, own_noise)
    return divergence
