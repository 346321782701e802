"""GP-VAE with sparse Gaussian processes (after Titsias, 2009; Jazbec et al., 2021)."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(GaussianProcessMethod):
    """VAE with squared-exponential Gaussian processes, bounded by means of 128 inducing points.

    The points are spread evenly over the series. Where they stand farther apart than a source's
    length-scale, the bound is loose, and the length-scale is driven to longer ones.

    Attributes
    ----------
    restarts : int or None
        One by default: each costs as much again as the first.
    """

    kernel = "squared-exponential"

    restarts: int | None = parameter(
        1, "chosen by us, not tuned: for what each training costs", at_least=1
    )
    core: str = parameter("inducing", "what the method is")
    update_every: int = parameter(
        25, "chosen by us, not tuned: for what each update costs", at_least=0
    )
