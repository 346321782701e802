"""The ablation of AR-Flow VAE: one flow for all latents."""

from dataclasses import dataclass
from typing import ClassVar

from bssbench.methods import ar_flow_vae


@dataclass(frozen=True)
class Method(ar_flow_vae.Method):
    """AR-Flow VAE with one flow for all latents, every parameter shared (ablation)."""

    shared: ClassVar[bool] = True
