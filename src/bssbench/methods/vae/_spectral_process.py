"""Shared base of the GP-VAEs in the spectral domain (after Whittle, 1953)."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class SpectralProcessMethod(GaussianProcessMethod):
    """VAE with a Gaussian process on each latent, computed by one Fourier transform.

    Each series or window is treated as periodic. This is an approximation, with an error where the
    two ends meet. The length-scales are updated at every step.

    Attributes
    ----------
    kernel : str
        Covariance function of the processes.
    """

    kernel: str = parameter(  # type: ignore[misc]  # fixed by the class for the other methods
        "squared-exponential",
        "that of gp-vae, which it approximates",
        choices=("squared-exponential", "matern-1/2", "matern-3/2", "matern-5/2"),
    )
    core: str = parameter("spectral", "what the method is")
    update_every: int = parameter(1, "each update costs no more than a step", at_least=0)
