"""A plain VAE: the ablation, which cannot separate."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bssbench.methods.vae._variational import VariationalMethod

if TYPE_CHECKING:
    from bssbench.priors.base import Batch, Prior


@dataclass(frozen=True)
class Method(VariationalMethod):
    """VAE with the standard normal prior, which is invariant under rotations (ablation)."""

    def prior(self, batch: "Batch") -> "Prior":
        """Return the unstructured prior of this batch's latents."""
        from bssbench.priors.standard_normal import StandardNormalPrior

        return StandardNormalPrior(batch.replicates, batch.latents)
