"""The ablation of GP-VAE: one length-scale for all latents."""

from dataclasses import dataclass

from bssbench.methods.vae._spectral_process import SpectralProcessMethod
from bssbench.models.recipe import SCALES
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(SpectralProcessMethod):
    """GP-VAE in the spectral domain with one length-scale for all latents (ablation).

    Its counterpart with a separate length-scale for each latent is `gp-vae-spectral`, which has the
    same cost; `gp-vae` is more expensive.
    """

    shared = True

    scale: str = parameter(
        "closed",
        "or the latents' scales make one prior as many as there are latents",
        choices=SCALES,
    )
