"""GP-VAE in the spectral domain (after Whittle, 1953): periodic Gaussian processes."""

from dataclasses import dataclass

from bssbench.methods.vae._spectral_process import SpectralProcessMethod


@dataclass(frozen=True)
class Method(SpectralProcessMethod):
    """VAE with a Gaussian process on each latent, approximated in the spectral domain."""
