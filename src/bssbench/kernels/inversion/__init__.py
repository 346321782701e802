"""Kernel inversion: the divergence of a factorised Gaussian posterior from a Gaussian process.

For q = N(μ, S), S = diag s², and p = N(0, C), C = K + σ²I with a kernel matrix K of unit variance
and a nugget σ², in nats:

    KL(q ‖ p) = ½ [μᵀC⁻¹μ + Σ_t s_t² (C⁻¹)_tt + log|C| − Σ_t log s_t² − T],

With α = C⁻¹μ, the derivatives are

    ∂/∂μ = α,   ∂/∂s_t² = ½ [(C⁻¹)_tt − 1/s_t²],   ∂/∂C = ½ G,   G = C⁻¹ − C⁻¹(μμᵀ + S)C⁻¹.

There is one module per core:

`cholesky`   exact, any time stamps, O(T³)
`gpytorch`   GPyTorch's computation: with its defaults, with Cholesky, or estimated on a grid
`toeplitz`   exact, regular grid, O(T²) time and O(T) memory
`inducing`   an upper bound with M inducing points, any time stamps, O(T·M²)
`markovian`  exact for Matérn kernels, any time stamps, O(T)
`compiled`   the same in compiled code, on the CPU only
`spectral`   exact for a periodic process, regular grid, O(T log T); with padding, an upper bound

Each module except `gpytorch` has a function ``factorise``. Its result can be reused as long as the
kernel does not change. Its arguments are the kernel, nugget and time stamps as in
`bssbench.kernels.core.Core`, the length T and the data's precision.
`bssbench.kernels.core.load_core` returns a function that performs both steps.
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
    """Factorisation of a kernel matrix, which can be reused as long as the kernel is unchanged."""

    @abstractmethod
    def divergence(self, mean: torch.Tensor, variance: torch.Tensor) -> torch.Tensor:
        """Return the divergence of a factorised Gaussian posterior from the process.

        It is differentiable with respect to mean and variance, and with respect to the kernel's
        parameters and the nugget unless the factor is detached.

        Parameters
        ----------
        mean : torch.Tensor
            Shape (replicate, latent, time).
        variance : torch.Tensor
            Shape (replicate, latent, time) or (replicate, latent, 1).

        Returns
        -------
        torch.Tensor
            KL(q ‖ p) of shape (replicate, latent), in nats.
        """

    def detach(self) -> Self:
        """Return the same factor without gradients with respect to the kernel.

        Returns
        -------
        Factor
            A factor with a constant kernel.
        """
        own = {field.name: getattr(self, field.name) for field in fields(self)}
        held = {k: v.detach() for k, v in own.items() if isinstance(v, torch.Tensor | Kernel)}
        return replace(self, **held)


def spread_terms(variance: torch.Tensor, length: int) -> torch.Tensor:
    """Return the terms −Σ_t log s_t² − T of the divergence.

    Parameters
    ----------
    variance : torch.Tensor
        Shape (replicate, latent, time) or (replicate, latent, 1).
    length : int
        Number of time points T.

    Returns
    -------
    torch.Tensor
        Shape (replicate, latent).
    """
    return -torch.log(variance).sum(-1) * (length / variance.shape[-1]) - length
