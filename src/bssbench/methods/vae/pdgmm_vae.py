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
    """VAE with a learned mixture of four Gaussians on each latent, blind to time (reconstruction).

    From the paper's abstract: each latent dimension has a Gaussian mixture of its own, learned with
    encoder and decoder. So sources of unlike, non-Gaussian distributions are told apart, as in
    independent component analysis, whatever their order in time. Weights, means and deviations are
    free; training and posterior are those of every VAE here, and not the paper's.

    All mixtures start alike and heavy-tailed, as `bssbench.priors.innovations.Mixture` says: it's
    the encoder's random rotation that tells latents apart. Components that started alike would stay
    so, and a Gaussian mixture of them is blind to rotations.
    """

    def prior(self, batch: "Batch") -> "Prior":
        """Return the mixture prior of this batch's latents."""
        # A prior is a torch module, made here because listing methods must not wait for torch.
        import torch

        from bssbench.priors.base import Prior, expected_negative_entropy
        from bssbench.priors.innovations import Mixture

        class GaussianMixturePrior(Prior):
            """p(z) = Π_t Σ_j w_j N(z_t; m_j, s_j²), for each latent its own w, m and s."""

            needs_sample = True
            relates_times = False

            def __init__(self) -> None:
                super().__init__()
                self.density = Mixture((batch.replicates, batch.latents))

            def log_density(self, latents: torch.Tensor) -> torch.Tensor:
                """Return log p(z) in nats, (replicate, latent), of (replicate, latent, time)."""
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
                """Return weights, means and deviations, each (replicate, latent, component)."""
                return {
                    "mixture_weight": torch.softmax(self.density.logits, dim=-1),
                    "mixture_mean": self.density.means,
                    "mixture_std": torch.exp(self.density.log_stds),
                }

        return GaussianMixturePrior()
