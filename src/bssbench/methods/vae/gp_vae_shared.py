"""The ablation of GP-VAE: one length-scale for all latents."""

from dataclasses import dataclass

from bssbench.methods.vae import gp_vae_spectral
from bssbench.models.recipe import SCALES
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(gp_vae_spectral.Method):
    """GP-VAE in the spectral domain with one length-scale for all latents (ablation)."""

    shared = True

    scale: str = parameter(
        "closed",
        "or the latents' scales make one prior as many as there are latents",
        choices=SCALES,
    )
