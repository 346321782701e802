"""The kernel-regression prior of SKR-VAE (arXiv 2508.09721), reconstructed."""

import copy
import math
from collections.abc import Mapping

import torch
from torch import nn

from bssbench.errors import NotApplicable
from bssbench.kernels.catalogue import chosen_core, load_module
from bssbench.kernels.regression import Weights, divergence_about
from bssbench.kernels.stationary import Kernel, make_kernel
from bssbench.priors.standard_normal import standard_normal_divergence

__all__ = ["KernelRegressionPrior"]


class KernelRegressionPrior(nn.Module):
    """Each latent is close to the kernel regression of its own other time points.

    p(z_t) = N(m(t), σ²) with the leave-one-out mean m(t) of `bssbench.kernels.regression`, so that

        KL = ½ Σ_t [((μ_t − m(t))² + s_t²)/σ² − log s_t² + log σ² − 1] + λ · KL(q ‖ N(0, I)).

    This is a pseudo-likelihood in Besag's sense (1975), a product of leave-one-out conditionals,
    and not a normalised density: the objective built on it is a penalised likelihood, not an
    evidence lower bound.

    Parameters
    ----------
    bandwidths : torch.Tensor
        Shape (replicate, latent), in samples; distinct bandwidths are what separates.
    length : int
        Number of samples in time.
    regularisation : float
        λ, which holds the scale of the latents.
    core : str
        A core of `bssbench.kernels.catalogue` by kernel regression, or ``auto``.
    freedom : float
        How far learning may move a bandwidth from where it starts, in octaves up and down; 0 keeps
        the bandwidths fixed. Without a bound they all become short, where a latent is predicted
        from its next neighbours alone and the latents are told apart no more.
    shared : bool
        Whether all latents of a replicate have one residual variance (an ablation).
    """

    needs_sample = False
    normalised = False
    relates_times = True
    learning_rate_factor = 1.0
    bandwidths: torch.Tensor

    def __init__(
        self,
        bandwidths: torch.Tensor,
        length: int,
        regularisation: float = 1.0,
        core: str = "auto",
        freedom: float = 0.0,
        shared: bool = False,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        # In double precision: the weights are prepared in it, and prepared once.
        self.register_buffer("bandwidths", bandwidths.to(torch.float64))
        self.length, self.regularisation = length, regularisation
        self.core = chosen_core(core, "regression", "squared-exponential", length)
        shape = (len(bandwidths), 1) if shared else bandwidths.shape
        self.log_variance = nn.Parameter(torch.full(shape, math.log(0.1), dtype=dtype))
        self.freedom = freedom
        if freedom:
            self.shift = nn.Parameter(torch.zeros(bandwidths.shape, dtype=dtype))
        self._kept: Weights | None = None

    def _kernel(self) -> Kernel:
        bandwidths = self.bandwidths
        if self.freedom:
            # Within its bounds by construction, and at the start as free as without them.
            octaves = self.freedom * torch.tanh(self.shift / self.freedom)
            bandwidths = bandwidths * 2.0 ** octaves.to(bandwidths)
        return make_kernel("squared-exponential", bandwidths)

    def _weights(self, dtype: torch.dtype) -> Weights:
        """Return the weights, prepared when first asked for: by then the device is settled."""
        if self.freedom:
            weights: Weights = load_module(self.core).weigh(self._kernel(), self.length, dtype)
            return weights
        if self._kept is None:
            self._kept = load_module(self.core).weigh(self._kernel(), self.length, dtype)
        return self._kept

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the penalised divergence of shape (replicate,), in nats."""
        regressed = self._weights(mean.dtype).regress(mean)
        local = divergence_about(regressed, mean, std**2, torch.exp(self.log_variance))
        return (local + self.regularisation * standard_normal_divergence(mean, std)).sum(-1)

    def advance(self, step: int) -> None:
        """Do nothing."""

    def resized(self, length: int) -> "KernelRegressionPrior":
        """Return this prior for series of another length; both have the same parameters."""
        other = copy.copy(self)
        other.length, other._kept = length, None
        return other

    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Refuse: leave-one-out conditionals define no joint density to draw from.

        Raises
        ------
        NotApplicable
            Always.
        """
        raise NotApplicable(
            "the kernel-regression prior is a pseudo-likelihood: it has no density to draw from"
        )

    def summary(self) -> Mapping[str, torch.Tensor]:
        """Return bandwidths in samples and residual deviations in units of the latent."""
        bandwidth = self._kernel().length_scale.detach()
        residual_std = torch.exp(0.5 * self.log_variance).expand(bandwidth.shape)
        return {"residual_std": residual_std, "bandwidth": bandwidth.to(residual_std)}
