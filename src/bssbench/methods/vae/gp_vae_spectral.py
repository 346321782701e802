"""GP-VAE in the spectral domain (after Whittle, 1953): a Gaussian process on a circle."""

from dataclasses import dataclass

from bssbench.methods.vae._spectral_process import SpectralProcessMethod


@dataclass(frozen=True)
class Method(SpectralProcessMethod):
    """VAE with a Gaussian process on each latent, whose divergence takes one Fourier transform."""
