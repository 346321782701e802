"""The temporally sparse prior of SlowVAE (Klindt et al., 2021)."""

import math

import torch

from bssbench.priors.base import Prior, expected_negative_entropy
from bssbench.priors.standard_normal import standard_normal_divergence

__all__ = ["LaplaceIncrementsPrior", "expected_absolute_value"]


def expected_absolute_value(mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """Return E|x| for x ~ N(mean, std²), the mean of a folded normal distribution (Leone, 1961).

    Parameters
    ----------
    mean, std : torch.Tensor
        Of the same shape.

    Returns
    -------
    torch.Tensor
        Of the same shape.
    """
    ratio = mean / std
    density = torch.exp(-0.5 * ratio**2) * math.sqrt(2.0 / math.pi)
    return std * density + mean * torch.erf(ratio / math.sqrt(2.0))


class LaplaceIncrementsPrior(Prior):
    """Laplace-distributed increments, p(z_t | z_{t−1}) = (λ/2) exp(−λ |z_t − z_{t−1}|).

    The prior of each pair of neighbours is N(z_{t−1}; 0, 1) p(z_t | z_{t−1}). The divergence of a
    series is

        D = KL(q_1 ‖ N(0, 1)) + Σ_{t≥2} [ρ KL(q_t ‖ N(0, 1)) + γ E_q KL(q_t ‖ p(· | z_{t−1}))].

    With ρ = 0 and γ = 1, it is the divergence from a Markov chain that starts at N(0, 1). The prior
    has no learned parameters.

    Parameters
    ----------
    replicates, latents : int
        Sizes of the batch.
    rate : float, default=6.0
        Rate λ, the same for all latents.
    transition_weight : float, default=10.0
        Weight γ of the transitions.
    marginal_weight : float, default=1.0
        Weight ρ of the marginal divergence, which fixes the latents' scale.
    """

    normalised = False
    supports_full_covariance = False

    def __init__(
        self,
        replicates: int,
        latents: int,
        rate: float = 6.0,
        transition_weight: float = 10.0,
        marginal_weight: float = 1.0,
    ) -> None:
        super().__init__()
        self.shape = (replicates, latents)
        self.rate = rate
        self.transition_weight, self.marginal_weight = transition_weight, marginal_weight

    def divergence(
        self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
    ) -> torch.Tensor:
        """Return the weighted divergence of shape (replicate,) in nats; see `Prior.divergence`."""
        std = std.expand(mean.shape)
        first = standard_normal_divergence(mean[..., :1], std[..., :1])
        marginal = standard_normal_divergence(mean[..., 1:], std[..., 1:])
        increments = mean[..., 1:] - mean[..., :-1]
        spread = torch.sqrt(std[..., 1:] ** 2 + std[..., :-1] ** 2)
        distances = expected_absolute_value(increments, spread).sum((1, 2))
        transitions = increments.shape[-1] * increments.shape[1]
        cross_entropy = self.rate * distances - transitions * math.log(0.5 * self.rate)
        transition = cross_entropy + expected_negative_entropy(std[..., 1:], increments.shape[-1])
        held = (first + self.marginal_weight * marginal).sum(-1)
        return held + self.transition_weight * transition

    def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
        """Draw from the Markov chain; shape (replicate, latent, length)."""
        first = torch.randn((*self.shape, 1), generator=generator)
        uniform = torch.rand((*self.shape, length - 1), generator=generator) - 0.5
        increments = -torch.sign(uniform) * torch.log1p(-2.0 * uniform.abs()) / self.rate
        return torch.cat([first, increments], dim=-1).cumsum(-1)
