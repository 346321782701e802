"""The kernel-regression prior of SKR-VAE (arXiv 2508.09721), reconstructed."""

from collections.abc import Mapping

import torch
from torch import nn

from bssbench.errors import NotApplicable
from bssbench.kernels.regression import RegressionWeights, leave_one_out_mean, regression_weights
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
    """

    needs_sample = False
    learning_rate_factor = 1.0
    bandwidths: torch.Tensor
    transform: torch.Tensor
    inverse_total: torch.Tensor

    def __init__(
        self,
        bandwidths: torch.Tensor,
        length: int,
        regularisation: float = 1.0,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        super().__init__()
        weights = regression_weights(bandwidths, length, dtype)
        self.register_buffer("bandwidths", bandwidths.to(dtype))
        self.register_buffer("transform", weights.transform)
        self.register_buffer("inverse_total", weights.inverse_total)
        self.period = weights.period
        self.regularisation = regularisation
        initial = torch.full(bandwidths.shape, 0.1, dtype=dtype)
        self.log_variance = nn.Parameter(torch.log(initial))

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the penalised divergence of shape (replicate,), in nats."""
        weights = RegressionWeights(self.transform, self.inverse_total, self.period)
        residual = mean - leave_one_out_mean(mean, weights)
        length = mean.shape[-1]
        per_sample = length / std.shape[-1]
        power = (residual**2).sum(-1) + (std**2).sum(-1) * per_sample
        log_ratio = length * self.log_variance - 2.0 * torch.log(std).sum(-1) * per_sample
        local = 0.5 * (power * torch.exp(-self.log_variance) + log_ratio - length)
        return (local + self.regularisation * standard_normal_divergence(mean, std)).sum(-1)

    def advance(self, step: int) -> None:
        """Do nothing."""

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
        return {"residual_std": residual_std, "bandwidth": self.bandwidths}
