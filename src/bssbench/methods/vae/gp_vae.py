"""GP-VAE (Casale et al., 2018; Fortuin et al., 2020): an exact Gaussian process on each latent."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod


@dataclass(frozen=True)
class Method(GaussianProcessMethod):
    """VAE with an exact squared-exponential Gaussian process on each latent.

    With the core ``auto``, kernel matrices are inverted as Toeplitz matrices. ``cholesky`` and the
    other exact cores give the same divergence at a different cost.
    """

    kernel = "squared-exponential"
