"""SlowVAE (Klindt et al., 2021): sparse changes from one sample to the next."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bssbench.methods.vae._variational import VariationalMethod

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Method(VariationalMethod):
    """VAE whose latents have Laplace-distributed increments, all of one fixed rate.

    Sources of unlike roughness are told apart, Gaussian ones included: among the rotations of white
    signals, the sources have the smallest sum of mean absolute increments. So are sources whose
    increments are heavy-tailed, whatever their spectra. Those whose increments are Gaussian and of
    one size are not.

    Attributes
    ----------
    rate : float
        λ of the increments; 6 as in the paper.
    transition_weight : float
        γ, the weight of the increments' divergence; 10 as in the paper.
    marginal_weight : float
        Weight of each sample's divergence from N(0, 1), which holds the latents' scale; 1 in the
        paper, which learns from pairs of samples. At 0, and with a `transition_weight` of 1, the
        prior is a Markov chain and the objective an evidence lower bound; the latents' scale is
        free then, so that the rate makes no difference.
    """

    rate: float = 6.0
    transition_weight: float = 10.0
    marginal_weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rate <= 0:
            raise ValueError(f"rate must be positive, not {self.rate}")
        if min(self.transition_weight, self.marginal_weight) < 0:
            raise ValueError("weights must not be negative")

    def prior(self, components: np.ndarray, n_latents: int, length: int) -> "torch.nn.Module":
        """Return the prior for each seed's restarts."""
        from bssbench.priors.laplace_increments import LaplaceIncrementsPrior

        return LaplaceIncrementsPrior(
            len(components) * self.chosen_restarts(n_latents),
            n_latents,
            self.rate,
            self.transition_weight,
            self.marginal_weight,
        )
