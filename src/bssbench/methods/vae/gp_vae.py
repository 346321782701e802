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
    # Such a process has lost half of its correlation at √(2 ln 2) = 1.18 length-scales.
    length_scale_per_half_decay = 0.85
