"""The kernel-regression prior of SKR-VAE (arXiv 2508.09721), a reconstruction."""

import copy
import math
from collections.abc import Mapping
from typing import Self

import torch
from torch import nn

from bssbench.kernels.catalogue import chosen_core
from bssbench.kernels.core import load_function
from bssbench.kernels.regression import Weights, divergence_about
from bssbench.kernels.stationary import make_kernel
from bssbench.priors.base import Prior
from bssbench.priors.standard_normal import standard_normal_divergence

__all__ = ["KernelRegressionPrior"]

_SHARE_OF_IDENTITY = 1e-4
_SMALLEST_POWER = 1e-12


def _correlation_penalty(mean: torch.Tensor) -> torch.Tensor:
    """Return −½ T log det R of shape (replicate,), in nats, for means (replicate, latent, time).

    A small multiple of the identity keeps R regular for identical and for constant latents.
    """
    length = mean.shape[-1]
    centred = mean - mean.mean(-1, keepdim=True)
    standardised = centred / (centred.square().mean(-1, keepdim=True) + _SMALLEST_POWER).sqrt()
    correlations = (standardised @ standardised.mT / length).to(torch.float64)
    identity = torch.eye(mean.shape[1], dtype=torch.float64, device=mean.device)
    mixed = torch.lerp(correlations, identity, _SHARE_OF_IDENTITY)
    return (-0.5 * length * torch.linalg.slogdet(mixed).logabsdet).to(mean.dtype)


def _interleaved(series: torch.Tensor, spacing: int) -> torch.Tensor:
    """Split each series into `spacing` series of every `spacing`-th sample.

    The shape changes from (replicate, latent, time) to (replicate, latent · spacing, time /
    spacing).
    """
    replicates, latents, length = series.shape
    split = series.reshape(replicates, latents, length // spacing, spacing).mT
    return split.reshape(replicates, latents * spacing, length // spacing)


def _deinterleaved(series: torch.Tensor, spacing: int) -> torch.Tensor:
    """Invert `_interleaved`."""
    replicates, all_series, length = series.shape
    split = series.reshape(replicates, all_series // spacing, spacing, length).mT
    return split.reshape(replicates, all_series // spacing, length * spacing)


class KernelRegressionPrior(Prior):
    """Kernel regression of each latent on its own other time points.

    p(z_t) = N(m(t), σ²) with the leave-one-out mean m(t) of `bssbench.kernels.regression`, so that

        KL = ½ Σ_t [((μ_t − m(t))² + s_t²)/σ² − log s_t² + log σ² − 1] + λ · KL(q ‖ N(0, I)).

    This product of leave-one-out conditionals is a pseudo-likelihood in the sense of Besag (1975),
    not a normalised density. The objective is therefore a penalised likelihood, not an evidence
    lower bound.

    The conditionals alone separate latents only weakly. Let ρ_ij be the residual variance of source
    j under the bandwidth of latent i. With a full posterior covariance, the sources are a minimum
    of the objective only if ρ_ij ρ_ji > ρ_ii ρ_jj for all pairs (to second order in the mixing of
    the two). For a density with the spectra of the sources, this always holds. Here the left side
    can be smaller, or larger by only a few per cent, because a smooth source has small residuals
    under every short bandwidth.

    The option `uncorrelated` therefore penalises correlated latents by −½ T log det R, where R
    contains the correlations between the latents' means over time. The condition becomes
    (ρ_ii + ρ_ij)(ρ_jj + ρ_ji) > 4 ρ_ii ρ_jj, which is easier to meet.

    A spacing of d samples divides a series into d interleaved series, and regresses each of them on
    its own points only. Without a spacing, a series that is sampled d times as fast as it varies is
    predicted well by its nearest samples under every bandwidth, so that bandwidths cannot separate
    sources. If d does not divide the length, the regression omits the last samples.

    Parameters
    ----------
    bandwidths : torch.Tensor
        Shape (replicate, latent), in samples. Distinct bandwidths make the latents separable.
    length : int
        Number of time points.
    regularisation : float, default=1.0
        Weight λ, which fixes the latents' scale. Keep it small, because its term counts the
        posterior's entropy a second time.
    core : str, default="auto"
        A kernel regression core of `bssbench.kernels.catalogue`, or ``auto``.
    freedom : float, default=0.0
        Largest change of a bandwidth by learning, in octaves up or down; 0 keeps the bandwidths
        fixed. Without this bound, all bandwidths become short. Every latent is then predicted from
        its nearest samples only, and the priors of the latents no longer differ.
    shared : bool, default=False
        Whether all latents of a replicate have the same residual variance (an ablation).
    spacing : int, default=1
        Spacing d, in samples.
    uncorrelated : bool, default=True
        Whether correlations between latents are penalised.
    dtype : torch.dtype, default=torch.float32
        Precision of the latents.
    device : str, default="cpu"
        Device of the computation, from which ``auto`` selects the core.
    """

    normalised = False
    bandwidths: torch.Tensor

    def __init__(
        self,
        bandwidths: torch.Tensor,
        length: int,
        regularisation: float = 1.0,
        core: str = "auto",
        freedom: float = 0.0,
        shared: bool = False,
        spacing: int = 1,
        uncorrelated: bool = True,
        dtype: torch.dtype = torch.float32,
        device: str = "cpu",
    ) -> None:
        super().__init__()
        # In double precision, in which the weights are computed once.
        self.register_buffer("bandwidths", bandwidths.to(torch.float64))
        self.regularisation, self.uncorrelated = regularisation, uncorrelated
        self.core = chosen_core(core, "regression", "squared-exponential", length, device=device)
        shape = (len(bandwidths), 1) if shared else bandwidths.shape
        self.log_variance = nn.Parameter(torch.full(shape, math.log(0.1), dtype=dtype))
        self.freedom = freedom
        if freedom:
            self.shift = nn.Parameter(torch.zeros(bandwidths.shape, dtype=dtype))
        self.length, self.spacing = length, spacing
        self._weights: Weights | None = None

    def _bandwidths(self) -> torch.Tensor:
        """Return the bandwidths in samples, shape (replicate, latent)."""
        if not self.freedom:
            return self.bandwidths
        # tanh keeps the shift within its bounds and has slope 1 at the start.
        octaves = self.freedom * torch.tanh(self.shift / self.freedom)
        return self.bandwidths * 2.0 ** octaves.to(self.bandwidths)

    def _weigh(self) -> Weights:
        """Return the weights of the interleaved series, differentiable in learned bandwidths."""
        bandwidths = self._bandwidths().repeat_interleave(self.spacing, dim=1) / self.spacing
        kernel = make_kernel("squared-exponential", bandwidths)
        length = self.length // self.spacing
        weights: Weights = load_function(self.core)(kernel, length, self.log_variance.dtype)
        return weights

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the penalised divergence of shape (replicate,) in nats; see `Prior.divergence`."""
        weights = self._weigh() if self._weights is None else self._weights
        length = mean.shape[-1] // self.spacing * self.spacing
        seen, variance = mean[..., :length], std[..., :length] ** 2
        regressed = _deinterleaved(weights.regress(_interleaved(seen, self.spacing)), self.spacing)
        local = divergence_about(regressed, seen, variance, torch.exp(self.log_variance))
        held = self.regularisation * standard_normal_divergence(mean, std)
        divergence = (local + held).sum(-1)
        return divergence + _correlation_penalty(mean) if self.uncorrelated else divergence

    def advance(self, step: int) -> None:
        """Compute the weights: once, or at each step if the bandwidths are learned."""
        if self.freedom or self._weights is None:
            self._weights = self._weigh()

    def resized(self, length: int) -> Self:
        """Return this prior for series of another length, with the same parameters."""
        other = copy.copy(self)
        other.length = length
        if self.freedom or length != self.length:
            with torch.no_grad():
                other._weights = other._weigh()
        return other

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return bandwidths in samples and residual standard deviations in units of the latent."""
        bandwidth = self._bandwidths().detach()
        residual_std = torch.exp(0.5 * self.log_variance).expand(bandwidth.shape)
        return {"residual_std": residual_std, "bandwidth": bandwidth.to(residual_std)}
