"""GP-VAE as a direct implementation in GPyTorch (Gardner et al., 2018)."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(GaussianProcessMethod):
    """VAE with exact squared-exponential Gaussian processes, computed by GPyTorch.

    GPyTorch computes the whole prior: ``RBFKernel``, the divergence between two
    ``MultivariateNormal``, Cholesky decomposition at every length, single precision and its own
    jitter. The result is that of `gp-vae` at a different cost. Length-scales are learned on a
    logarithmic scale, as in every GP-VAE here, instead of GPyTorch's default softplus constraint.

    Attributes
    ----------
    restarts : int or None
        Number of initialisations per seed. The default is 1 because each training is expensive.
    """

    kernel = "squared-exponential"

    restarts: int | None = parameter(
        1, "chosen by us, not tuned: for what each training costs", at_least=1
    )
    core: str = parameter("gpytorch-cholesky", "what the method is")
    update_every: int = parameter(
        1, "as a program written with GPyTorch does: it keeps nothing between steps", at_least=0
    )
