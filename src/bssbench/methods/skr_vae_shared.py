"""The ablation of SKR-VAE: one bandwidth and one residual variance for all latents."""

from dataclasses import dataclass
from typing import ClassVar

from bssbench.methods import skr_vae


@dataclass(frozen=True)
class Method(skr_vae.Method):
    """SKR-VAE with one bandwidth and one residual variance for all latents (ablation)."""

    shared: ClassVar[bool] = True
