"""The ablation of AR-Flow VAE: one flow for all latents."""

from dataclasses import dataclass

from bssbench.methods.vae._autoregressive_flow import FlowMethod
from bssbench.models.recipe import SCALES
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(FlowMethod):
    """AR-Flow VAE with one flow for all latents, every parameter shared (ablation).

    The effect is visible for Gaussian sources only. Unless the base is normal, a shared prior
    separates non-Gaussian sources, as in independent component analysis.
    """

    shared = True

    scale: str = parameter(
        "closed",
        "or the latents' scales make one prior as many as there are latents",
        choices=SCALES,
    )
