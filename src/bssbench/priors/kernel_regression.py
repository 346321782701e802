"""The kernel-regression prior of SKR-VAE (arXiv 2508.09721), reconstructed."""

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
    """Return −½ T log det R of shape (replicate,), in nats, of means (replicate, latent, time).

    With a share of the identity in R, so that it stays finite for copies and for constants.
    """
    length = mean.shape[-1]
    centred = mean - mean.mean(-1, keepdim=True)
    standardised = centred / (centred.square().mean(-1, keepdim=True) + _SMALLEST_POWER).sqrt()
    correlations = (standardised @ standardised.mT / length).to(torch.float64)
    identity = torch.eye(mean.shape[1], dtype=torch.float64, device=mean.device)
    mixed = torch.lerp(correlations, identity, _SHARE_OF_IDENTITY)
    return (-0.5 * length * torch.linalg.slogdet(mixed).logabsdet).to(mean.dtype)


def _interleaved(series: torch.Tensor, spacing: int) -> torch.Tensor:
    """Return as series of their own the `spacing` ones that each series is interleaved from.

    From (replicate, latent, time) to (replicate, latent · spacing, time / spacing).
    """
    replicates, latents, length = series.shape
    split = series.reshape(replicates, latents, length // spacing, spacing).mT
    return split.reshape(replicates, latents * spacing, length // spacing)


def _deinterleaved(series: torch.Tensor, spacing: int) -> torch.Tensor:
    """Undo `_interleaved`."""
    replicates, all_series, length = series.shape
    split = series.reshape(replicates, all_series // spacing, spacing, length).mT
    return split.reshape(replicates, all_series // spacing, length * spacing)


class KernelRegressionPrior(Prior):
    """Each latent is close to the kernel regression of its own other time points.

    p(z_t) = N(m(t), σ²) with the leave-one-out mean m(t) of `bssbench.kernels.regression`, so that

        KL = ½ Σ_t [((μ_t − m(t))² + s_t²)/σ² − log s_t² + log σ² − 1] + λ · KL(q ‖ N(0, I)).

    This is a pseudo-likelihood in Besag's sense (1975), a product of leave-one-out conditionals,
    and not a normalised density: the objective built on it is a penalised likelihood, not an
    evidence lower bound.

    Nor do such conditionals keep latents well apart. With ρ_ij the residual variance of source j
    under the bandwidth of latent i, and a posterior of full covariance, the sources are a minimum
    only where ρ_ij ρ_ji > ρ_ii ρ_jj for all pairs (to second order in how much of each is mixed
    into the other). A density whose spectra are the sources' own has that by itself; here it can
    fail, or hold by a few per cent, for a smooth source has small residuals under every short
    bandwidth. So what the sources are assumed to be is asked for: uncorrelated. −½ T log det R is
    added, with R the correlations between the latents' means over time. The condition is then
    (ρ_ii + ρ_ij)(ρ_jj + ρ_ji) > 4 ρ_ii ρ_jj, which holds wherever the first one does.

    Where neighbouring times are d samples apart, each of the d interleaved series is regressed on
    its own other points alone: of a series sampled d times as fast as it varies, a sample next to
    the one left out says what that is, whatever the bandwidth. If d does not divide the length, the
    last few samples have the other terms alone.

    Parameters
    ----------
    bandwidths : torch.Tensor
        Shape (replicate, latent), in samples; distinct bandwidths are what separates.
    length, spacing : int
        Number of samples in time; d, in samples.
    regularisation : float
        λ, which holds the scale of the latents. Its term has the posterior's entropy a second time,
        and so should be small.
    core : str
        A core of `bssbench.kernels.catalogue` by kernel regression, or ``auto``.
    freedom : float
        How far learning may move a bandwidth from where it starts, in octaves up and down; 0 keeps
        the bandwidths fixed. Without a bound they all become short, where a latent is predicted
        from its next neighbours alone and the latents are distinct no more.
    shared : bool
        Whether all latents of a replicate have one residual variance (an ablation).
    uncorrelated : bool
        Whether the latents are asked to be uncorrelated.
    dtype : torch.dtype
        Precision of the latents.
    device : str
        Where it will be computed, by which ``auto`` chooses.
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
        # In double precision: the weights are prepared in it, and prepared once.
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
        # Within its bounds by construction, and at the start as free as without them.
        octaves = self.freedom * torch.tanh(self.shift / self.freedom)
        return self.bandwidths * 2.0 ** octaves.to(self.bandwidths)

    def _weigh(self) -> Weights:
        """Return the interleaved series' weights, differentiable in bandwidths that learn."""
        bandwidths = self._bandwidths().repeat_interleave(self.spacing, dim=1) / self.spacing
        kernel = make_kernel("squared-exponential", bandwidths)
        length = self.length // self.spacing
        weights: Weights = load_function(self.core)(kernel, length, self.log_variance.dtype)
        return weights

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the penalised divergence of shape (replicate,), in nats."""
        weights = self._weigh() if self._weights is None else self._weights
        length = mean.shape[-1] // self.spacing * self.spacing
        seen, variance = mean[..., :length], std[..., :length] ** 2
        regressed = _deinterleaved(weights.regress(_interleaved(seen, self.spacing)), self.spacing)
        local = divergence_about(regressed, seen, variance, torch.exp(self.log_variance))
        held = self.regularisation * standard_normal_divergence(mean, std)
        divergence = (local + held).sum(-1)
        return divergence + _correlation_penalty(mean) if self.uncorrelated else divergence

    def advance(self, step: int) -> None:
        """Prepare the weights: once, or for each step if the bandwidths learn."""
        if self.freedom or self._weights is None:
            self._weights = self._weigh()

    def resized(self, length: int) -> Self:
        """Return this prior as it is now, for series of `length`; both have the same parameters."""
        other = copy.copy(self)
        other.length = length
        if self.freedom or length != self.length:
            with torch.no_grad():
                other._weights = other._weigh()
        return other

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return bandwidths in samples and residual deviations in units of the latent."""
        bandwidth = self._bandwidths().detach()
        residual_std = torch.exp(0.5 * self.log_variance).expand(bandwidth.shape)
        return {"residual_std": residual_std, "bandwidth": bandwidth.to(residual_std)}
