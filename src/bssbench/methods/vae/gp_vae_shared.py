"""The ablation of GP-VAE: one length-scale for all latents."""

from dataclasses import dataclass

from bssbench.methods.vae._spectral_process import SpectralProcessMethod
from bssbench.models.recipe import SCALES
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(SpectralProcessMethod):
    """GP-VAE in the spectral domain with one length-scale for all latents (ablation).

    `gp-vae-spectral` is its counterpart with length-scales of their own: at one cost, which that of
    `gp-vae` exceeds.
    """

    shared = True

    scale: str = parameter(
        "closed",
        "or the latents' scales make one prior as many as there are latents",
        choices=SCALES,
    )
