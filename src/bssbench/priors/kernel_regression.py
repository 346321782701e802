"""The kernel-regression prior of SKR-VAE (arXiv 2508.09721), reconstructed."""

import copy
from collections.abc import Mapping

import torch
from torch import nn

from bssbench.errors import NotApplicable
from bssbench.kernels.catalogue import chosen_core, load_module
from bssbench.kernels.regression import Weights, divergence_about
from bssbench.kernels.stationary import make_kernel
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
    """

    needs_sample = False
    normalised = False
    learning_rate_factor = 1.0
    bandwidths: torch.Tensor

    def __init__(
        self,
        bandwidths: torch.Tensor,
        length: int,
        regularisation: float = 1.0,
        core: str = "auto",
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        # In double precision: the weights are prepared in it, and prepared once.
        self.register_buffer("bandwidths", bandwidths.to(torch.float64))
        self.length, self.regularisation = length, regularisation
        self.core = chosen_core(core, "regression", "squared-exponential", length)
        initial = torch.full(bandwidths.shape, 0.1, dtype=dtype)
        self.log_variance = nn.Parameter(torch.log(initial))
        self._kept: Weights | None = None

    def _weights(self, dtype: torch.dtype) -> Weights:
        """Return the weights, prepared when first asked for: by then the device is settled."""
        if self._kept is None:
            kernel = make_kernel("squared-exponential", self.bandwidths)
            self._kept = load_module(self.core).weigh(kernel, self.length, dtype)
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
        residual_std = torch.exp(0.5 * self.log_variance)
        return {"residual_std": residual_std, "bandwidth": self.bandwidths.to(residual_std)}
