"""GP-VAE with sparse Gaussian processes (after Titsias, 2009; Jazbec et al., 2021)."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(GaussianProcessMethod):
    """VAE with sparse squared-exponential Gaussian processes, with 128 inducing points.

    The points are evenly spaced over the series. If their spacing exceeds a source's length-scale,
    the bound is loose and the learned length-scale is too long.

    Attributes
    ----------
    restarts : int or None
        Number of initialisations per seed. The default is 1 because each training is expensive.
    """

    kernel = "squared-exponential"

    restarts: int | None = parameter(
        1, "chosen by us, not tuned: for what each training costs", at_least=1
    )
    core: str = parameter("inducing", "what the method is")
    update_every: int = parameter(
        25, "chosen by us, not tuned: for what each update costs", at_least=0
    )
