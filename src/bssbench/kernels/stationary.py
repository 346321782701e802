"""Stationary kernels k(d) with k(0) = 1, defined by log k and its derivatives.

The logarithm is used because a kernel regression divides weights that may underflow, and only their
ratio to the nearest neighbour's weight matters. Parameters are tensors (replicate, latent).
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

# Smaller exponents are raised to this value. They would underflow to denormals, which are many
# times slower on x86, and the change is below rounding error in double precision.
_SMALLEST_EXPONENT = -60.0


@dataclass(frozen=True)
class Kernel(ABC):
    """Base class of kernels.

    Attributes
    ----------
    length_scale : torch.Tensor
        Shape (replicate, latent), positive. In the unit of the time stamps, which is samples on a
        regular grid. Further parameters of a kernel have the same shape.
    """

    name: ClassVar[str]
    length_scale: torch.Tensor

    @property
    def parameters(self) -> tuple[torch.Tensor, ...]:
        """The parameters in the order of the fields, each of shape (replicate, latent)."""
        return tuple(getattr(self, field.name) for field in dataclasses.fields(self))

    def with_parameters(self, *parameters: torch.Tensor) -> Self:
        """Return the same kernel with other parameters.

        Parameters
        ----------
        *parameters : torch.Tensor
            In the order of the fields.

        Returns
        -------
        Kernel
            A kernel of the same class.
        """
        return type(self)(*parameters)

    def detach(self) -> Self:
        """Return the same kernel, detached from the graph of its parameters.

        Returns
        -------
        Kernel
            A kernel of the same class.
        """
        return self.with_parameters(*(parameter.detach() for parameter in self.parameters))

    def to(self, dtype: torch.dtype) -> Self:
        """Return the same kernel in another precision.

        Parameters
        ----------
        dtype : torch.dtype
            The precision.

        Returns
        -------
        Kernel
            A kernel of the same class.
        """
        return self.with_parameters(*(parameter.to(dtype) for parameter in self.parameters))

    def select(self, index: tuple[torch.Tensor, ...] | tuple[int, int]) -> Self:
        """Return the kernels of selected series.

        Parameters
        ----------
        index : tuple
            As in ``parameter[index]``.

        Returns
        -------
        Kernel
            A kernel of the same class.
        """
        return self.with_parameters(*(parameter[index] for parameter in self.parameters))

    @abstractmethod
    def log_values(self, distance: torch.Tensor) -> torch.Tensor:
        """Return log k(d).

        Parameters
        ----------
        distance : torch.Tensor
            Nonnegative, of any shape, the same for all series.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent, …) with the shape of `distance` appended.
        """

    @abstractmethod
    def log_slopes(self, distance: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return ∂ log k(d) / ∂θ for each parameter θ.

        Parameters
        ----------
        distance : torch.Tensor
            As for `log_values`.

        Returns
        -------
        tuple of torch.Tensor
            One tensor per parameter, with the shape of `log_values`.
        """

    def reach(self, tolerance: float) -> torch.Tensor:
        """Return the distance beyond which k(d) is below a tolerance.

        Parameters
        ----------
        tolerance : float
            Between 0 and 1.

        Returns
        -------
        torch.Tensor
            Shape (replicate, latent); infinite if the kernel does not decay.
        """
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
        """Return an upper bound of the reach, by three fixed-point iterations."""
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
        """Return an upper bound of the reach, as for Matérn-3/2."""
        x = -math.log(tolerance)
        for _ in range(3):
            x = -math.log(tolerance) + math.log1p(x + x**2 / 3.0)
        return self.length_scale * ((x + 0.2) / math.sqrt(5.0))


@dataclass(frozen=True)
class Periodic(Kernel):
    """k(d) = exp(−2 sin²(πd/p)/ℓ²), with a dimensionless length-scale and the period p."""

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
    """k(d) = (1 + d²/2αℓ²)^−α, a scale mixture of squared exponentials with the shape α."""

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
    """Return a kernel by its name.

    Parameters
    ----------
    name : str
        A key of `KERNELS`.
    *parameters : torch.Tensor
        The parameters of its class, each of shape (replicate, latent).

    Returns
    -------
    Kernel
        The kernel.
    """
    return KERNELS[name](*parameters)


def without_denormals_(log_weights: torch.Tensor) -> torch.Tensor:
    """Clamp logarithms in place, so that their exponentials are not denormal.

    Parameters
    ----------
    log_weights : torch.Tensor
        Of any shape; overwritten.

    Returns
    -------
    torch.Tensor
        The same tensor.
    """
    return log_weights.clamp_(min=_SMALLEST_EXPONENT)


def covariance(kernel: Kernel, distance: torch.Tensor) -> torch.Tensor:
    """Return k(d) without denormals, differentiable in the kernel's parameters.

    Parameters
    ----------
    kernel : Kernel
        The kernel.
    distance : torch.Tensor
        As for `Kernel.log_values`.

    Returns
    -------
    torch.Tensor
        Shape (replicate, latent, …) with the shape of `distance` appended.
    """
    return torch.exp(kernel.log_values(distance).clamp(min=_SMALLEST_EXPONENT))
