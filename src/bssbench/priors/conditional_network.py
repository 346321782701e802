"""The network that is added to the linear part of an autoregression."""

from typing import Any

import torch
from torch import nn
from torch.autograd.function import once_differentiable

__all__ = ["ConditionalNetwork"]

_INITIAL_STD = 0.3
_INNER_STD = 0.3
# Number of values processed at a time; the hidden units of a whole batch exceed the cache.
_AT_A_TIME = 500_000


def _hidden(x: torch.Tensor, w: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Return tanh(W x + b) as 2 σ(2 W x + 2 b) − 1, six times as fast as torch's tanh."""
    return torch.baddbmm(2.0 * b, 2.0 * w, x).sigmoid_().mul_(2.0).sub_(1.0)


class _HiddenLayer(torch.autograd.Function):
    """U x + V tanh(W x + b), in blocks of series; hidden units are recomputed, not stored."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        u: torch.Tensor,
        w: torch.Tensor,
        b: torch.Tensor,
        v: torch.Tensor,
    ) -> torch.Tensor:
        """Compute the output for x (series, feature, time) and U, W, b and V (series, …)."""
        ctx.save_for_backward(x, u, w, b, v)
        answer = u @ x
        for part in _parts(x, w.shape[1]):
            answer[part].baddbmm_(v[part], _hidden(x[part], w[part], b[part]))
        return answer

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the gradients with respect to x, U, W, b and V."""
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
    """Return the blocks of series that are processed together."""
    step = max(1, _AT_A_TIME // (hidden_units * x.shape[-1]))
    return [slice(start, start + step) for start in range(0, len(x), step)]


class ConditionalNetwork(nn.Module):
    """A linear part plus a hidden layer, U x + V tanh(W x + b), with the parameters W, b and V.

    Parameters
    ----------
    shape : tuple of int
        Number of replicates, and number of latents or 1.
    features, hidden_units, outputs : int
        Sizes of the network.
    scale : float
        The scale c of `penalty`; 0 for no penalty.
    """

    def __init__(
        self, shape: tuple[int, int], features: int, hidden_units: int, outputs: int, scale: float
    ) -> None:
        super().__init__()
        self.scale = scale
        # All latents start with the same weights; the encoder's rotation breaks the symmetry.
        generator = torch.Generator().manual_seed(0)

        def drawn(*size: int) -> nn.Parameter:
            weights = torch.randn(size, generator=generator) * (_INITIAL_STD / size[1] ** 0.5)
            return nn.Parameter(weights.repeat(*shape, 1, 1))

        self.inner = drawn(hidden_units, features)
        self.outer = drawn(outputs, hidden_units)
        self.bias = nn.Parameter(torch.zeros(*shape, hidden_units, 1))

    def forward(self, inputs: torch.Tensor, linear: torch.Tensor) -> torch.Tensor:
        """Return the outputs of the network.

        Parameters
        ----------
        inputs : torch.Tensor
            Shape (replicate, latent, feature, time): x.
        linear : torch.Tensor
            Shape (replicate, latent or 1, feature): the first row of U; all others are zero.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, output, time).
        """
        first = linear[:, :, None]
        zeros = first.new_zeros(*first.shape[:2], self.outer.shape[2] - 1, first.shape[-1])
        # Shared weights are expanded to all latents.
        weights = [
            weight.expand(*inputs.shape[:2], -1, -1).flatten(0, 1)
            for weight in (torch.cat([first, zeros], 2), self.inner, self.bias, self.outer)
        ]
        answer = _HiddenLayer.apply(inputs.flatten(0, 1), *weights)
        return answer.unflatten(0, inputs.shape[:2])

    def penalty(self) -> torch.Tensor | float:
        """Return −log p of the weights, minus its value at zero.

        Inner weights are N(0, 0.3²). The n outer weights w of a latent and output have a
        multivariate Cauchy distribution, with −log p = ½ (n + 1) log(1 + ‖w‖² / c²). Near zero it
        shrinks them like a normal distribution of small variance, so that a linear latent stays
        linear. Large weights, which a nonlinear latent needs, cost little more. A normal
        distribution cannot do both.

        Returns
        -------
        torch.Tensor or float
            Shape (replicate,), in nats; 0.0 without a prior on the weights.
        """
        if not self.scale:
            return 0.0
        normal = 0.5 * (self.inner / _INNER_STD).square().flatten(1).sum(1)
        squared = (self.outer / self.scale).square().sum(-1)
        cauchy = 0.5 * (self.outer.shape[-1] + 1) * torch.log1p(squared)
        return normal + cauchy.flatten(1).sum(1)
