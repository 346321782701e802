"""PDGMM-VAE (arXiv 2603.23547), a reconstruction: a Gaussian mixture on each latent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bssbench.methods.vae._variational import VariationalMethod

if TYPE_CHECKING:
    import torch

    from bssbench.priors.base import Batch, Prior


@dataclass(frozen=True)
class Method(VariationalMethod):
    """VAE with a learned mixture of four Gaussians on each latent, ignoring time (reconstruction).

    According to the paper's abstract, each latent dimension has its own Gaussian mixture, learned
    together with encoder and decoder. The method therefore separates non-Gaussian sources, as
    independent component analysis does, and ignores their temporal order. Weights, means and
    standard deviations are free. Training and posterior are those of every VAE here, not the
    paper's.

    All latents start with the same heavy-tailed mixture; the random initial rotation of the encoder
    breaks the symmetry between them. The components of the mixture start with different parameters,
    because identical ones would stay identical, and the resulting Gaussian prior would be invariant
    under rotations (see `bssbench.priors.innovations.Mixture`).
    """

    def prior(self, batch: "Batch") -> "Prior":
        """Return the mixture prior of this batch's latents."""
        # A prior is a torch module. It is defined here so that listing methods need not import
        # torch.
        import torch

        from bssbench.priors.base import Prior, expected_negative_entropy
        from bssbench.priors.innovations import Mixture

        class GaussianMixturePrior(Prior):
            """p(z) = Π_t Σ_j w_j N(z_t; m_j, s_j²), with separate w, m and s for each latent."""

            needs_sample = True
            relates_times = False

            def __init__(self) -> None:
                super().__init__()
                self.density = Mixture((batch.replicates, batch.latents))

            def log_density(self, latents: torch.Tensor) -> torch.Tensor:
                """Return log p(z) in nats, (replicate, latent), for (replicate, latent, time)."""
                return self.density.log_density(latents).sum(-1)

            def divergence(
                self, mean: torch.Tensor, std: torch.Tensor, sample: torch.Tensor | None = None
            ) -> torch.Tensor:
                """Return a one-sample estimate of KL(q ‖ p) of shape (replicate,), in nats."""
                assert sample is not None
                entropy = expected_negative_entropy(std, mean.shape[-1])
                return entropy - self.log_density(sample).sum(-1)

            @torch.no_grad()
            def sample(self, generator: torch.Generator, length: int) -> torch.Tensor:
                """Draw independent values of shape (replicate, latent, length)."""
                return self.density.draw(generator, length)

            def summary(self) -> "Mapping[str, torch.Tensor]":
                """Return weights, means and standard deviations (replicate, latent, component)."""
                return {
                    "mixture_weight": torch.softmax(self.density.logits, dim=-1),
                    "mixture_mean": self.density.means,
                    "mixture_std": torch.exp(self.density.log_stds),
                }

        return GaussianMixturePrior()
