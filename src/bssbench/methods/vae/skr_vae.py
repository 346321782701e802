"""SKR-VAE (arXiv 2508.09721), a reconstruction: a kernel regression on each latent."""

from dataclasses import dataclass

from bssbench.methods.vae._kernel_regression import KernelRegressionMethod


@dataclass(frozen=True)
class Method(KernelRegressionMethod):
    """VAE with a kernel regression of distinct, fixed bandwidth on each latent (reconstruction)."""
