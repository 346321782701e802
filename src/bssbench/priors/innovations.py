"""Distributions of an autoregression's innovations, one for each latent of each replicate.

Each class has the methods `log_density`, `draw` and `moments` (variance and excess kurtosis). The
scale of the innovations is a parameter of the autoregression.
"""

import math
from typing import Any

import torch
from torch import nn
from torch.autograd.function import once_differentiable

__all__ = ["BASES", "Laplace", "Mixture", "Normal", "Spline"]

# The initial mixture is heavy-tailed, with one narrow and one wide component. From a Gaussian start
# the components stay together, and non-Gaussian innovations are never found.
_INITIAL_MEANS = (-0.1, 0.0, 0.0, 0.1)
_INITIAL_LOG_STDS = (-1.2, -0.4, 0.0, 0.6)
_SPLINE_BINS = 8
_QUANTILES = 2001


class _MixtureLogDensity(torch.autograd.Function):
    """log Σ_j exp(c_j − ½ t_j²) with t_j = (u − m_j) / s_j, and its gradient in closed form.

    The gradient uses the responsibilities r_j = exp(c_j − ½ t_j² − log π) and needs half the passes
    over memory of automatic differentiation. This is the most expensive part of a training step of
    a flow.
    """

    @staticmethod
    def forward(
        ctx: Any,
        u: torch.Tensor,
        constants: torch.Tensor,
        means: torch.Tensor,
        precisions: torch.Tensor,
    ) -> torch.Tensor:
        """Compute the log-density; c, m and 1/s have shape (replicate, latent, component)."""
        # The component is the first axis, so that time is contiguous.
        precision = precisions.movedim(-1, 0)[..., None]
        t = (u - means.movedim(-1, 0)[..., None]).mul_(precision)
        terms = torch.square(t).mul_(-0.5).add_(constants.movedim(-1, 0)[..., None])
        largest = terms.amax(0)
        terms.sub_(largest).exp_()
        total = terms.sum(0)
        ctx.save_for_backward(t, terms.div_(total), precision)
        return total.log_().add_(largest)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """Return the gradients with respect to u, c, m and 1/s."""
        t, responsibilities, precision = ctx.saved_tensors
        weighted = responsibilities * gradient
        constants = weighted.sum(-1)
        pulled = weighted.mul_(t)
        # Σ r t (u − m) = Σ r t² s.
        precisions = -(pulled * t).sum(-1) / precision[..., 0]
        pulled.mul_(precision)
        return (
            -pulled.sum(0),
            constants.movedim(0, -1),
            pulled.sum(-1).movedim(0, -1),
            precisions.movedim(0, -1),
        )


class Mixture(nn.Module):
    """A learned mixture of four Gaussians."""

    def __init__(self, shape: tuple[int, int]) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(*shape, len(_INITIAL_MEANS)))
        self.means = nn.Parameter(torch.tensor(_INITIAL_MEANS).repeat(*shape, 1))
        self.log_stds = nn.Parameter(torch.tensor(_INITIAL_LOG_STDS).repeat(*shape, 1))

    def log_density(self, u: torch.Tensor) -> torch.Tensor:
        """Return log π(u), with the shape (replicate, latent, time) of u."""
        log_weights = torch.log_softmax(self.logits, dim=-1)
        constants = log_weights - self.log_stds - 0.5 * math.log(2.0 * math.pi)
        # Shared parameters are expanded to all latents.
        own = [
            values.expand(-1, u.shape[1], -1)
            for values in (constants, self.means, torch.exp(-self.log_stds))
        ]
        return _MixtureLogDensity.apply(u, *own)

    def draw(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw; shape (replicate, latent, length)."""
        shape = (*self.logits.shape[:-1], length)
        weights = torch.softmax(self.logits, dim=-1).flatten(0, -2)
        component = torch.multinomial(weights, length, replacement=True, generator=generator)
        component = component.reshape(shape)
        noise = torch.randn(shape, generator=generator)
        return self.means.gather(-1, component) + noise * self.log_stds.exp().gather(-1, component)

    def moments(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return variance and excess kurtosis, each (replicate, latent)."""
        weights = torch.softmax(self.logits, dim=-1)
        variances = torch.exp(2.0 * self.log_stds)
        offset = self.means - (weights * self.means).sum(-1, keepdim=True)
        variance = (weights * (variances + offset**2)).sum(-1)
        fourth = (weights * (offset**4 + 6.0 * offset**2 * variances + 3.0 * variances**2)).sum(-1)
        return variance, fourth / variance**2 - 3.0


class Normal(nn.Module):
    """The standard normal, with which a linear autoregression is a Markovian Gaussian process."""

    def __init__(self, shape: tuple[int, int]) -> None:
        super().__init__()
        self.shape = shape

    def log_density(self, u: torch.Tensor) -> torch.Tensor:
        """Return log π(u) of the shape of u."""
        return -0.5 * u**2 - 0.5 * math.log(2.0 * math.pi)

    def draw(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw; shape (replicate, latent, length)."""
        return torch.randn((*self.shape, length), generator=generator)

    def moments(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return variance and excess kurtosis, each (replicate, latent)."""
        return torch.ones(self.shape), torch.zeros(self.shape)


class Laplace(nn.Module):
    """The Laplace distribution with density exp(−|u|) / 2."""

    def __init__(self, shape: tuple[int, int]) -> None:
        super().__init__()
        self.shape = shape

    def log_density(self, u: torch.Tensor) -> torch.Tensor:
        """Return log π(u) of the shape of u."""
        return -u.abs() - math.log(2.0)

    def draw(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw; shape (replicate, latent, length)."""
        uniform = torch.rand((2, *self.shape, length), generator=generator)
        exponential = -torch.log1p(-uniform)
        return exponential[0] - exponential[1]

    def moments(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return variance and excess kurtosis, each (replicate, latent)."""
        return torch.full(self.shape, 2.0), torch.full(self.shape, 3.0)


class Spline(nn.Module):
    """Monotone rational-quadratic spline of a normal variable (Durkan et al., 2019), from zuko."""

    def __init__(self, shape: tuple[int, int]) -> None:
        super().__init__()
        # A further axis, which broadcasts over time.
        self.widths = nn.Parameter(torch.zeros(*shape, 1, _SPLINE_BINS))
        self.heights = nn.Parameter(torch.zeros(*shape, 1, _SPLINE_BINS))
        self.slopes = nn.Parameter(torch.zeros(*shape, 1, _SPLINE_BINS - 1))

    def _transform(self) -> Any:
        # Imported here because only this distribution needs zuko.
        from zuko.transforms import MonotonicRQSTransform

        return MonotonicRQSTransform(self.widths, self.heights, self.slopes)

    def log_density(self, u: torch.Tensor) -> torch.Tensor:
        """Return log π(u) of the shape of u."""
        y, log_slope = self._transform().call_and_ladj(u)
        return log_slope - 0.5 * y**2 - 0.5 * math.log(2.0 * math.pi)

    def draw(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw; shape (replicate, latent, length)."""
        shape = (*self.widths.shape[:2], length)
        return self._transform().inv(torch.randn(shape, generator=generator))

    def moments(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Return variance and excess kurtosis, each (replicate, latent), from quantiles."""
        probabilities = (torch.arange(_QUANTILES) + 0.5) / _QUANTILES
        quantiles = torch.special.ndtri(probabilities).to(self.widths)
        u = self._transform().inv(quantiles.expand(*self.widths.shape[:2], -1))
        centred = u - u.mean(-1, keepdim=True)
        variance = (centred**2).mean(-1)
        return variance, (centred**4).mean(-1) / variance**2 - 3.0


BASES: dict[str, type[Mixture | Normal | Laplace | Spline]] = {
    "mixture": Mixture,
    "normal": Normal,
    "laplace": Laplace,
    "spline": Spline,
}
