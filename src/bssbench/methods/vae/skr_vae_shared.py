"""The ablation of SKR-VAE: one bandwidth and one residual variance for all latents."""

from dataclasses import dataclass

from bssbench.methods.vae._kernel_regression import KernelRegressionMethod


@dataclass(frozen=True)
class Method(KernelRegressionMethod):
    """SKR-VAE with one bandwidth and one residual variance for all latents (ablation)."""

    shared = True
