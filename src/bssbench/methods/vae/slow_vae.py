"""SlowVAE (Klindt et al., 2021): sparse changes from one sample to the next."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bssbench.methods.vae._variational import VariationalMethod
from bssbench.parameters import parameter

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior


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

    rate: float = parameter(6.0, "Klindt et al., 2021: λ = 6", above=0)
    transition_weight: float = parameter(10.0, "Klindt et al., 2021: γ = 10", at_least=0)
    marginal_weight: float = parameter(1.0, "Klindt et al., 2021: 1", at_least=0)

    def prior(self, batch: "Batch") -> "Prior":
        """Return the prior of this batch's latents."""
        from bssbench.priors.laplace_increments import LaplaceIncrementsPrior

        return LaplaceIncrementsPrior(
            batch.replicates,
            batch.latents,
            self.rate,
            self.transition_weight,
            self.marginal_weight,
        )
