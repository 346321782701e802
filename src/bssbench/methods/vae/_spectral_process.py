"""What the GP-VAEs in the spectral domain share (after Whittle, 1953)."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class SpectralProcessMethod(GaussianProcessMethod):
    """A VAE with a Gaussian process on each latent, whose divergence takes one Fourier transform.

    Each series, or stretch of one, is taken for a turn of a circle: an approximation, by a cost
    where its ends meet. The length-scales move at every step.

    Attributes
    ----------
    kernel : str
        The processes' kernel.
    """

    kernel: str = parameter(  # type: ignore[misc]  # fixed by the class for the other methods
        "squared-exponential",
        "that of gp-vae, which it approximates",
        choices=("squared-exponential", "matern-1/2", "matern-3/2", "matern-5/2"),
    )
    core: str = parameter("spectral", "what the method is")
    update_every: int = parameter(1, "each update costs no more than a step", at_least=0)
