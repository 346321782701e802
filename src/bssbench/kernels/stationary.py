"""Stationary kernels k(d) with k(0) = 1, by their logarithms and its derivatives.

The logarithm, because a kernel regression divides weights that underflow: only their ratio to the
nearest neighbour's weight is needed. Parameters are tensors (replicate, latent).
"""

import dataclasses
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import torch

__all__ = [
    "KERNELS",
    "Kernel",
    "Matern12",
    "Matern32",
    "Matern52",
    "Periodic",
    "RationalQuadratic",
    "SquaredExponential",
    "covariance",
    "make_kernel",
    "without_denormals_",
]

# Smaller values, relative to the largest, are raised to this one: they would underflow to
# denormals, which x86 computes many times more slowly, and no sum in double precision sees them.
_SMALLEST_EXPONENT = -60.0


@dataclass(frozen=True)
class Kernel(ABC):
    """A kernel and its parameters.

    Attributes
    ----------
    length_scale : torch.Tensor
        Shape (replicate, latent), positive; in the units of the time stamps, which on a regular
        grid are samples. A kernel's other parameters have this shape, too.
    """

    name: ClassVar[str]
    length_scale: torch.Tensor

    @property
    def parameters(self) -> tuple[torch.Tensor, ...]:
        """The parameters in the order of the fields, each of shape (replicate, latent)."""
        return tuple(getattr(self, field.name) for field in dataclasses.fields(self))

    def with_parameters(self, *parameters: torch.Tensor) -> Self:
        """Return the same kernel with other parameters."""
        return type(self)(*parameters)

    def detach(self) -> Self:
        """Return the same kernel, cut from the graph of its parameters."""
        return self.with_parameters(*(parameter.detach() for parameter in self.parameters))

    def to(self, dtype: torch.dtype) -> Self:
        """Return the same kernel in another precision."""
        return self.with_parameters(*(parameter.to(dtype) for parameter in self.parameters))

    def select(self, index: tuple[torch.Tensor, ...] | tuple[int, int]) -> Self:
        """Return the kernels of some series: `index` as in ``parameter[index]``."""
        return self.with_parameters(*(parameter[index] for parameter in self.parameters))

    @abstractmethod
    def log_values(self, distance: torch.Tensor) -> torch.Tensor:
        """Return log k(d), shape (replicate, latent, *shape of distance).

        `distance` has any shape, the same for all series, and is not negative.
        """

    @abstractmethod
    def log_slopes(self, distance: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return ∂ log k(d) / ∂ parameter for each parameter, shapes as in `log_values`."""

    def reach(self, tolerance: float) -> torch.Tensor:
        """Return the distance beyond which k(d) < tolerance; infinite if there is none."""
        return torch.full_like(self.length_scale, math.inf)

    def _aligned(self, parameter: torch.Tensor, distance: torch.Tensor) -> torch.Tensor:
        return parameter.reshape(*parameter.shape, *[1] * distance.dim())


@dataclass(frozen=True)
class SquaredExponential(Kernel):
    """k(d) = exp(−d²/2ℓ²)."""

    name = "squared-exponential"

    def log_values(self, distance: torch.Tensor) -> torch.Tensor:
        """Return −d²/2ℓ²."""
        return distance**2 * self._aligned(-0.5 / self.length_scale**2, distance)

    def log_slopes(self, distance: torch.Tensor) -> tuple[torch.Tensor]:
        """Return d²/ℓ³."""
        return (distance**2 * self._aligned(1.0 / self.length_scale**3, distance),)

    def reach(self, tolerance: float) -> torch.Tensor:
        """Return ℓ √(−2 log tolerance)."""
        return self.length_scale * math.sqrt(-2.0 * math.log(tolerance))


@dataclass(frozen=True)
class Matern12(Kernel):
    """k(d) = exp(−x), x = d/ℓ: an autoregressive process of order one."""

    name = "matern-1/2"

    def log_values(self, distance: torch.Tensor) -> torch.Tensor:
        """Return −x."""
        return distance * self._aligned(-1.0 / self.length_scale, distance)

    def log_slopes(self, distance: torch.Tensor) -> tuple[torch.Tensor]:
        """Return x/ℓ."""
        return (distance * self._aligned(1.0 / self.length_scale**2, distance),)

    def reach(self, tolerance: float) -> torch.Tensor:
        """Return −ℓ log tolerance."""
        return self.length_scale * -math.log(tolerance)


@dataclass(frozen=True)
class Matern32(Kernel):
    """k(d) = (1 + x) exp(−x), x = √3 d/ℓ."""

    name = "matern-3/2"

    def log_values(self, distance: torch.Tensor) -> torch.Tensor:
        """Return log(1 + x) − x."""
        x = distance * self._aligned(math.sqrt(3.0) / self.length_scale, distance)
        return torch.log1p(x) - x

    def log_slopes(self, distance: torch.Tensor) -> tuple[torch.Tensor]:
        """Return x²/(1 + x)ℓ."""
        x = distance * self._aligned(math.sqrt(3.0) / self.length_scale, distance)
        return (x**2 / ((1.0 + x) * self._aligned(self.length_scale, distance)),)

    def reach(self, tolerance: float) -> torch.Tensor:
        """Return a bound: x grows beyond −log tolerance by log(1 + x), in three substitutions."""
        x = -math.log(tolerance)
        for _ in range(3):
            x = -math.log(tolerance) + math.log1p(x)
        return self.length_scale * ((x + 0.1) / math.sqrt(3.0))


@dataclass(frozen=True)
class Matern52(Kernel):
    """k(d) = (1 + x + x²/3) exp(−x), x = √5 d/ℓ."""

    name = "matern-5/2"

    def log_values(self, distance: torch.Tensor) -> torch.Tensor:
        """Return log(1 + x + x²/3) − x."""
        x = distance * self._aligned(math.sqrt(5.0) / self.length_scale, distance)
        return torch.log1p(x + x**2 / 3.0) - x

    def log_slopes(self, distance: torch.Tensor) -> tuple[torch.Tensor]:
        """Return x²(1 + x)/(3 + 3x + x²)ℓ."""
        x = distance * self._aligned(math.sqrt(5.0) / self.length_scale, distance)
        divisor = (3.0 + 3.0 * x + x**2) * self._aligned(self.length_scale, distance)
        return (x**2 * (1.0 + x) / divisor,)

    def reach(self, tolerance: float) -> torch.Tensor:
        """Return a bound, as for Matérn-3/2."""
        x = -math.log(tolerance)
        for _ in range(3):
            x = -math.log(tolerance) + math.log1p(x + x**2 / 3.0)
        return self.length_scale * ((x + 0.2) / math.sqrt(5.0))


@dataclass(frozen=True)
class Periodic(Kernel):
    """k(d) = exp(−2 sin²(πd/p)/ℓ²): the length-scale is a pure number, the period p a time."""

    name = "periodic"
    period: torch.Tensor

    def log_values(self, distance: torch.Tensor) -> torch.Tensor:
        """Return −2 sin²(πd/p)/ℓ²."""
        phase = distance * self._aligned(math.pi / self.period, distance)
        return torch.sin(phase) ** 2 * self._aligned(-2.0 / self.length_scale**2, distance)

    def log_slopes(self, distance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return 4 sin²(πd/p)/ℓ³ and 2πd sin(2πd/p)/p²ℓ²."""
        phase = distance * self._aligned(math.pi / self.period, distance)
        in_scale = torch.sin(phase) ** 2 * self._aligned(4.0 / self.length_scale**3, distance)
        factor = 2.0 / (self.length_scale**2 * self.period)
        return in_scale, phase * torch.sin(2.0 * phase) * self._aligned(factor, distance)


@dataclass(frozen=True)
class RationalQuadratic(Kernel):
    """k(d) = (1 + d²/2αℓ²)^−α: a mixture of squared exponentials; the shape α is a pure number."""

    name = "rational-quadratic"
    shape: torch.Tensor

    def _ratio(self, distance: torch.Tensor) -> torch.Tensor:
        factor = 0.5 / (self.shape * self.length_scale**2)
        return distance**2 * self._aligned(factor, distance)

    def log_values(self, distance: torch.Tensor) -> torch.Tensor:
        """Return −α log(1 + q), q = d²/2αℓ²."""
        return -self._aligned(self.shape, distance) * torch.log1p(self._ratio(distance))

    def log_slopes(self, distance: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return 2αq/(1 + q)ℓ and q/(1 + q) − log(1 + q)."""
        q = self._ratio(distance)
        fraction = q / (1.0 + q)
        in_scale = fraction * self._aligned(2.0 * self.shape / self.length_scale, distance)
        return in_scale, fraction - torch.log1p(q)

    def reach(self, tolerance: float) -> torch.Tensor:
        """Return ℓ √(2α (tolerance^(−1/α) − 1))."""
        alpha = self.shape
        return self.length_scale * torch.sqrt(
            2.0 * alpha * torch.expm1(-math.log(tolerance) / alpha)
        )


KERNELS: dict[str, type[Kernel]] = {
    kernel.name: kernel
    for kernel in (SquaredExponential, Matern12, Matern32, Matern52, Periodic, RationalQuadratic)
}


def make_kernel(name: str, *parameters: torch.Tensor) -> Kernel:
    """Return the kernel of that name; parameters as its class takes them."""
    return KERNELS[name](*parameters)


def without_denormals_(log_weights: torch.Tensor) -> torch.Tensor:
    """Raise logarithms, in place, to where their exponential is no denormal."""
    return log_weights.clamp_(min=_SMALLEST_EXPONENT)


def covariance(kernel: Kernel, distance: torch.Tensor) -> torch.Tensor:
    """Return k(d), differentiable in the kernel's parameters, free of denormals."""
    return torch.exp(kernel.log_values(distance).clamp(min=_SMALLEST_EXPONENT))
