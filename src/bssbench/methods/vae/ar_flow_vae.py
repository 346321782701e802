"""AR-Flow VAE (arXiv 2603.14441), a reconstruction: an autoregressive flow on each latent."""

from dataclasses import dataclass

from bssbench.methods.vae._autoregressive_flow import FlowMethod


@dataclass(frozen=True)
class Method(FlowMethod):
    """VAE with an autoregressive flow of learned innovations on each latent (reconstruction)."""
