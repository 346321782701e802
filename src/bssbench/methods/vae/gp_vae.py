"""GP-VAE (Casale et al., 2018; Fortuin et al., 2020): an exact Gaussian process on each latent."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod


@dataclass(frozen=True)
class Method(GaussianProcessMethod):
    """VAE with an exact squared-exponential Gaussian process on each latent.

    By the core ``auto`` the kernel matrices are inverted as Toeplitz matrices; ``cholesky`` and the
    other cores by kernel inversion give the same divergence at another cost.
    """

    kernel = "squared-exponential"
