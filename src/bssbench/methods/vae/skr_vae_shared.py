"""The ablation of SKR-VAE: one bandwidth and one residual variance for all latents."""

from dataclasses import dataclass
from typing import ClassVar

from bssbench.methods.vae._kernel_regression import KernelRegressionMethod


@dataclass(frozen=True)
class Method(KernelRegressionMethod):
    """SKR-VAE with one bandwidth and one residual variance for all latents (ablation)."""

    shared: ClassVar[bool] = True
