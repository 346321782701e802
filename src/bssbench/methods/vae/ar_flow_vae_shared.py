"""The ablation of AR-Flow VAE: one flow for all latents."""

from dataclasses import dataclass

from bssbench.methods.vae._autoregressive_flow import FlowMethod
from bssbench.models.recipe import SCALES
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(FlowMethod):
    """AR-Flow VAE with one flow for all latents, every parameter shared (ablation).

    Only Gaussian sources can show what that takes away. Non-Gaussian ones are told apart by one
    prior for all, as in independent component analysis, unless the base is normal.
    """

    shared = True

    scale: str = parameter(
        "closed",
        "or the latents' scales make one prior as many as there are latents",
        choices=SCALES,
    )
