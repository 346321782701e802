"""The network that an autoregression's conditional law has beside its linear part."""

from typing import Any

import torch
from torch import nn
from torch.autograd.function import once_differentiable

__all__ = ["ConditionalNetwork"]

_INITIAL_STD = 0.3
_INNER_STD = 0.3
# Values worked on at a time: the hidden units of a whole batch fit no cache.
_AT_A_TIME = 500_000


def _hidden(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return tanh(W x + b), as 2 σ(2 W x + 2 b) − 1: torch's own tanh takes six times as long."""
    return torch.baddbmm(2.0 * b, 2.0 * w, x).sigmoid_().mul_(2.0).sub_(1.0)


class _HiddenLayer(torch.autograd.Function):
    """U x + V tanh(W x + b), some series at a time; the hidden units are made anew, not kept."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        u: torch.Tensor,
        w: torch.Tensor,
        b: torch.Tensor,
        v: torch.Tensor,
    ) -> torch.Tensor:
        """Take x (series, feature, time), U, W, b and V (series, …)."""
        ctx.save_for_backward(x, u, w, b, v)
        answer = u @ x
        for part in _parts(x, w.shape[1]):
            answer[part].baddbmm_(v[part], _hidden(x[part], w[part], b[part]))
        return answer

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the gradients in x, U, W, b and V."""
        x, u, w, b, v = ctx.saved_tensors
        of_x, of_inner, of_bias, of_outer = map(torch.empty_like, (x, w, b, v))
        for part in _parts(x, w.shape[1]):
            hidden = _hidden(x[part], w[part], b[part])
            of_outer[part] = gradient[part] @ hidden.mT
            # The derivative of tanh is 1 − tanh².
            slope = hidden.square_().neg_().add_(1.0)
            pulled = slope.mul_(v[part].mT @ gradient[part])
            of_bias[part] = pulled.sum(-1, keepdim=True)
            of_inner[part] = pulled @ x[part].mT
            torch.bmm(u[part].mT, gradient[part], out=of_x[part])
            of_x[part].baddbmm_(w[part].mT, pulled)
        return of_x, gradient @ x.mT, of_inner, of_bias, of_outer


def _parts(x: torch.Tensor, hidden_units: int) -> list[slice]:
    """Return which series are worked on together."""
    step = max(1, _AT_A_TIME // (hidden_units * x.shape[-1]))
    return [slice(start, start + step) for start in range(0, len(x), step)]


class ConditionalNetwork(nn.Module):
    """A hidden layer beside a linear part, U x + V tanh(W x + b); W, b and V are its parameters.

    `shape` is replicates, and latents or 1; `scale` the c of `penalty`, 0 for none.
    """

    def __init__(
        self, shape: tuple[int, int], features: int, hidden_units: int, outputs: int, scale: float
    ) -> None:
        super().__init__()
        self.scale = scale
        # The same first weights for all: it's the encoder's rotation that tells latents apart.
        generator = torch.Generator().manual_seed(0)

        def drawn(*size: int) -> nn.Parameter:
            weights = torch.randn(size, generator=generator) * (_INITIAL_STD / size[1] ** 0.5)
            return nn.Parameter(weights.repeat(*shape, 1, 1))

        self.inner = drawn(hidden_units, features)
        self.outer = drawn(outputs, hidden_units)
        self.bias = nn.Parameter(torch.zeros(*shape, hidden_units, 1))

    def forward(self, inputs: torch.Tensor, linear: torch.Tensor) -> torch.Tensor:
        """Return the answer, shape (replicate, latent, output, time).

        The inputs x are (replicate, latent, feature, time); `linear`, (replicate, latent or 1,
        feature), is the first output's row of U, whose others are zero.
        """
        first = linear[:, :, None]
        zeros = first.new_zeros(*first.shape[:2], self.outer.shape[2] - 1, first.shape[-1])
        # As many as there are latents, where these share their weights.
        weights = [
            weight.expand(*inputs.shape[:2], -1, -1).flatten(0, 1)
            for weight in (torch.cat([first, zeros], 2), self.inner, self.bias, self.outer)
        ]
        answer = _HiddenLayer.apply(inputs.flatten(0, 1), *weights)
        return answer.unflatten(0, inputs.shape[:2])

    def penalty(self) -> torch.Tensor | float:
        """Return −log p of the weights, less its value at zero; shape (replicate,), in nats.

        Inner weights are N(0, 0.3²), the n outer ones of a latent and output, w, Cauchy together:
        ½ (n + 1) log(1 + ‖w‖² / c²). Near zero that holds them as a normal distribution of small
        variance does, and what a linear law suffices for stays linear; to be large, for a latent
        whose law is not, costs them little more. A prior that is normal alone does either or.
        """
        if not self.scale:
            return 0.0
        normal = 0.5 * (self.inner / _INNER_STD).square().flatten(1).sum(1)
        squared = (self.outer / self.scale).square().sum(-1)
        cauchy = 0.5 * (self.outer.shape[-1] + 1) * torch.log1p(squared)
        return normal + cauchy.flatten(1).sum(1)
