"""A plain VAE: the ablation, which must not separate."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bssbench.methods.vae._variational import VariationalMethod

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Method(VariationalMethod):
    """VAE with the standard normal prior: blind to rotations of the latents (ablation)."""

    def prior(self, components: np.ndarray, n_latents: int, length: int) -> "torch.nn.Module":
        """Return the unstructured prior for each seed's restarts."""
        from bssbench.priors.standard_normal import StandardNormalPrior

        return StandardNormalPrior(len(components) * self.chosen_restarts(n_latents), n_latents)
