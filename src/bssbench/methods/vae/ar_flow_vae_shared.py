"""The ablation of AR-Flow VAE: one flow for all latents."""

from dataclasses import dataclass

from bssbench.methods.vae._autoregressive_flow import FlowMethod


@dataclass(frozen=True)
class Method(FlowMethod):
    """AR-Flow VAE with one flow for all latents, every parameter shared (ablation)."""

    shared = True
