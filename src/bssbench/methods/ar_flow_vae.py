"""AR-Flow VAE (arXiv 2603.14441), a reconstruction: an autoregressive flow on each latent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bssbench.methods import Size
from bssbench.methods._variational import VariationalMethod

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class Method(VariationalMethod):
    """VAE with a linear autoregressive flow of learned innovations on each latent (reconstruction).

    Attributes
    ----------
    order : int
        Number of past samples that a latent's present depends on.
    """

    order: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.order < 1:
            raise ValueError(f"order must be at least 1, not {self.order}")

    def prior(self, components: np.ndarray, n_latents: int) -> "torch.nn.Module":
        """Return the flow prior for each seed's restarts."""
        from bssbench.priors.autoregressive_flow import AutoregressiveFlowPrior

        return AutoregressiveFlowPrior(len(components) * self.restarts, n_latents, self.order)

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory: each lag holds two copies of the latents."""
        latents = size.replicates * self.restarts * size.length * size.n_sources
        return super().megabytes(size) + int(latents * self.order * 2 * 4 / 1e6)

    def describe(self) -> dict[str, Any]:
        """State the form of the flow."""
        return {"flow": f"linear autoregression of order {self.order}, mixture of 4 Gaussians"}
