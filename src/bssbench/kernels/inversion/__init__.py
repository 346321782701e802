"""Kernel inversion: the divergence of a factorised Gaussian posterior from a Gaussian process.

For q = N(μ, S), S = diag s², and p = N(0, C), C = K + σ²I with a kernel matrix K of unit variance
and a nugget σ², in nats:

    KL(q ‖ p) = ½ [μᵀC⁻¹μ + Σ_t s_t² (C⁻¹)_tt + log|C| − Σ_t log s_t² − T],

with the derivatives, for α = C⁻¹μ,

    ∂/∂μ = α,   ∂/∂s_t² = ½ [(C⁻¹)_tt − 1/s_t²],   ∂/∂C = ½ G,   G = C⁻¹ − C⁻¹(μμᵀ + S)C⁻¹.

One module a core:

`cholesky`   exact, any time stamps, O(T³)
`gpytorch`   GPyTorch's own computation: as it comes, its Cholesky pinned, or estimated on a grid
`toeplitz`   exact, regular grid, O(T²) time and O(T) memory
`inducing`   an upper bound by M inducing points, any time stamps, O(T·M²)
`markovian`  exact for Matérn kernels, any time stamps, O(T)
`compiled`   the same in compiled code, on the CPU alone
`spectral`   exact for a process on a circle, regular grid, O(T log T); padded, an upper bound

Each but `gpytorch`, which keeps nothing, has ``factorise``, whose result can be kept for as long as
the kernel stays the same. It takes kernel, nugget and time stamps as `bssbench.kernels.core.Core`
does, T and the data's precision; `bssbench.kernels.core.load_core` does everything at once.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields, replace
from typing import Self

import torch

from bssbench.kernels.stationary import Kernel

__all__ = ["NOT_POSITIVE_DEFINITE", "Factor", "spread_terms"]

NOT_POSITIVE_DEFINITE = (
    "a Gaussian process's kernel matrix is not positive definite to working precision; "
    "raise the nugget (its noise variance)"
)


@dataclass(frozen=True)
class Factor(ABC):
    """What a core keeps between calls for as long as the kernel stays the same."""

    @abstractmethod
    def divergence(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return KL(q ‖ p), shape (replicate, latent), in nats.

        Differentiable in mean (replicate, latent, time), variance (the same, or 1 for time), and
        the kernel's parameters and the nugget, as long as they are not detached.
        """

    def detach(self) -> Self:
        """Return the same factor, to be used with the kernel held constant."""
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        held = {k: v.detach() for k, v in own.items() if isinstance(v, torch.Tensor | Kernel)}
        return replace(self, **held)


def spread_terms(variance: torch.Tensor, length: int) -> torch.Tensor:
    """Return −Σ_t log s_t² − T, shape (replicate, latent); `variance` may have one time for all."""
    return -torch.log(variance).sum(-1) * (length / variance.shape[-1]) - length
