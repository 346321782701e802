"""Exact Gaussian process with a Matérn kernel, as `markovian`, in compiled code: O(T) on the CPU.

It supports any time stamps. The computation is in float64, with derivatives in closed form
(`_filter`). Series are processed one by one, so that the result does not depend on the batch. For a
constant kernel, everything that does not depend on the data is stored.
"""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import torch
from torch.autograd.function import once_differentiable

from bssbench.errors import InputError
from bssbench.kernels.inversion import Factor, _filter, spread_terms
from bssbench.kernels.stationary import Kernel, Matern12, Matern32, Matern52
from bssbench.kernels.time_stamps import checked_times

__all__ = ["CompiledFactor", "factorise"]

# Covariances of the filter's states with the process, which has unit variance.
_COVARIANCES = {Matern12: (1.0,), Matern32: (1.0, 1.0), Matern52: (1.0, 1.0, 2.0 / 3.0)}


def _flat(tensor: torch.Tensor, series: int) -> np.ndarray:
    """Return the values as an array (series, …) in float64."""
    return tensor.detach().reshape(series, -1).to(torch.float64).contiguous().numpy()


@dataclass(frozen=True)
class _Kept:
    """The quantities of the filter that do not depend on the data.

    All have leading axes (replicate, latent): the first rows of F (time or 1, state), the gains g
    (time, state), r and the diagonal of C⁻¹ (time,), and log|C|.
    """

    transitions: torch.Tensor
    gains: torch.Tensor
    inverses: torch.Tensor
    diagonal: torch.Tensor
    log_determinant: torch.Tensor

    def solve(self, vector: torch.Tensor) -> torch.Tensor:
        """Return C⁻¹v for v of shape (replicate, latent, time), in float64."""
        alpha = torch.empty(vector.shape, dtype=torch.float64)
        own = (self.transitions, self.gains, self.inverses)
        arrays = (tensor.flatten(0, 1).numpy() for tensor in (*own, alpha))
        p = (1.0,) * self.gains.shape[-1]
        _filter.solve(p, *arrays, _flat(vector, self.log_determinant.numel()))
        return alpha


@dataclass(frozen=True)
class CompiledFactor(Factor):
    """The kernel and, if it is constant, the stored quantities `kept`.

    `gaps` contains the distance of each sample from the previous one, with shape (time,), or (1,)
    on a regular grid.
    """

    kernel: Kernel
    noise_variance: torch.Tensor
    gaps: torch.Tensor
    length: int
    kept: _Kept | None = None

    def divergence(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return KL(q ‖ p) of shape (replicate, latent), in nats; see `Factor.divergence`."""
        if self.kept is None:
            parameters = (self.kernel.length_scale, self.noise_variance)
            energy = _Energy.apply(mean, variance, *parameters, self, torch.is_grad_enabled())
        else:
            quadratic = _Quadratic.apply(mean, self.kept)
            spread = (self.kept.diagonal * variance).sum(-1)
            energy = (quadratic + spread + self.kept.log_determinant).to(mean.dtype)
        return 0.5 * (energy + spread_terms(variance, mean.shape[-1]))

    def detach(self) -> Self:
        """Return the same factor without gradients with respect to the kernel."""
        return self if self.kept else replace(super().detach(), kept=self._keep())

    def known(self) -> tuple[Any, ...]:
        """Return the filter's parameters: p, the gaps, and the rate and nugget of each series."""
        series = self.noise_variance.numel()
        rates, noises = (_flat(a, series)[:, 0] for a in (self.rate, self.noise_variance))
        return _COVARIANCES[type(self.kernel)], self.gaps.numpy(), rates, noises

    @property
    def rate(self) -> torch.Tensor:
        """Ratio of x to the distance, of shape (replicate, latent)."""
        order = len(_COVARIANCES[type(self.kernel)])
        return (2 * order - 1) ** 0.5 / self.kernel.length_scale.detach().to(torch.float64)

    def _keep(self) -> _Kept:
        shape, order = self.noise_variance.shape, len(_COVARIANCES[type(self.kernel)])
        sizes = [(len(self.gaps), order), (self.length, order), (self.length,), (self.length,), ()]
        tensors = [torch.empty(*shape, *size, dtype=torch.float64) for size in sizes]
        _filter.keep(*self.known(), *(tensor.flatten(0, 1).numpy() for tensor in tensors))
        return _Kept(*tensors)


class _Energy(torch.autograd.Function):
    """μᵀC⁻¹μ + Σ_t s_t² (C⁻¹)_tt + log|C|, computed with its derivatives if `learning`."""

    @staticmethod
    def forward(
        ctx: Any,
        mean: torch.Tensor,
        variance: torch.Tensor,
        length_scale: torch.Tensor,
        noise_variance: torch.Tensor,
        factor: CompiledFactor,
        learning: bool,
    ) -> torch.Tensor:
        shapes = [argument.shape for argument in (mean, variance, noise_variance, noise_variance)]
        derivatives = [torch.zeros(shape, dtype=torch.float64) for shape in shapes]
        energy = _filter.energies(
            *factor.known(),
            *(_flat(argument, noise_variance.numel()) for argument in (mean, variance)),
            tuple(derivative.flatten(0, 1).numpy() for derivative in derivatives),
            learning,
        )
        # Chain rule from the rate to the length-scale.
        derivatives[2] *= -factor.rate / length_scale
        ctx.save_for_backward(*derivatives)
        ctx.dtypes = [a.dtype for a in (mean, variance, length_scale, noise_variance)]
        return torch.from_numpy(energy).reshape(noise_variance.shape).to(mean.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        in_mean, in_variance, *in_kernel = ctx.saved_tensors
        upstream = gradient.to(torch.float64)
        slopes = [upstream[..., None] * in_mean, upstream[..., None] * in_variance]
        slopes += [upstream * slope for slope in in_kernel]
        return *(s.to(dtype) for s, dtype in zip(slopes, ctx.dtypes, strict=True)), None, None


class _Quadratic(torch.autograd.Function):
    """μᵀC⁻¹μ, in float64."""

    @staticmethod
    def forward(ctx: Any, mean: torch.Tensor, kept: _Kept) -> torch.Tensor:
        alpha = kept.solve(mean)
        ctx.save_for_backward(alpha)
        ctx.dtype = mean.dtype
        return (alpha * mean).sum(-1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        (alpha,) = ctx.saved_tensors
        return (2.0 * gradient[..., None] * alpha).to(ctx.dtype), None


def factorise(
    kernel: Kernel,
    noise_variance: torch.Tensor,
    length: int,
    dtype: torch.dtype,  # noqa: ARG001
    times: torch.Tensor | None = None,
) -> CompiledFactor:
    """Prepare a Matérn process in float64, independent of the `dtype` of the data.

    Raises
    ------
    InputError
        If the kernel is not a Matérn kernel, if it is not on the CPU, or if the time stamps are
        invalid. The message lists cores that support the kernel.
    """
    if type(kernel) not in _COVARIANCES:
        raise InputError(
            f"core 'compiled' is for Matérn kernels, not {kernel.name}; "
            "take toeplitz, cholesky, inducing or gpytorch"
        )
    if noise_variance.device.type != "cpu":
        raise InputError(
            f"core 'compiled' runs on the CPU, not on {noise_variance.device}; take markovian"
        )
    stamps = checked_times(times, length, noise_variance.device)
    # The first sample has no predecessor; its gap is 0, and the state is zero anyway.
    gaps = torch.diff(stamps, prepend=stamps[:1]) if times is not None else torch.ones(1).double()
    return CompiledFactor(kernel, noise_variance, gaps, length)
