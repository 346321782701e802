"""SlowVAE (Klindt et al., 2021): a prior of sparse changes between consecutive samples."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bssbench.methods.vae._variational import VariationalMethod
from bssbench.parameters import parameter

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior


@dataclass(frozen=True)
class Method(VariationalMethod):
    """VAE whose latents have Laplace-distributed increments, with one fixed rate for all.

    It separates sources of different roughness, also Gaussian ones: among all rotations of white
    signals, the sources have the smallest sum of mean absolute increments. It also separates
    sources with heavy-tailed increments, whatever their spectra. It does not separate sources whose
    increments are Gaussian with equal variance.

    Attributes
    ----------
    rate : float
        Rate λ of the increments.
    transition_weight : float
        Weight γ of the increments' divergence.
    marginal_weight : float
        Weight of each sample's divergence from N(0, 1), which fixes the latents' scale. The
        default, 1, is that of the paper, which learns from pairs of samples. With 0, and with a
        `transition_weight` of 1, the prior is a Markov chain and the objective an evidence lower
        bound; the scale is then free, and the rate has no effect.
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
