"""The ablation of SKR-VAE: one bandwidth and one residual variance for all latents."""

from dataclasses import dataclass

from bssbench.methods.vae._kernel_regression import KernelRegressionMethod
from bssbench.models.recipe import SCALES
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(KernelRegressionMethod):
    """SKR-VAE with one bandwidth and one residual variance for all latents (ablation)."""

    shared = True

    scale: str = parameter(
        "closed",
        "or the latents' scales make one prior as many as there are latents",
        choices=SCALES,
    )
