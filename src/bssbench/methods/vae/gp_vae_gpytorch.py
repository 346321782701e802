"""GP-VAE as a user of GPyTorch would write it (Gardner et al., 2018)."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(GaussianProcessMethod):
    """VAE with exact squared-exponential Gaussian processes, computed by GPyTorch.

    The prior's arithmetic is that library's own throughout: its ``RBFKernel``, the divergence of
    two of its ``MultivariateNormal``, Cholesky at every length, single precision and its jitter. It
    is what `gp-vae` computes, at another cost. Length-scales are learned on a logarithmic scale, as
    by every GP-VAE here; GPyTorch's constraint, if nothing else is said, is a softplus.

    Attributes
    ----------
    restarts : int or None
        One by default: each costs as much again as the first.
    """

    kernel = "squared-exponential"

    restarts: int | None = parameter(
        1, "chosen by us, not tuned: for what each training costs", at_least=1
    )
    core: str = parameter("gpytorch-cholesky", "what the method is")
    update_every: int = parameter(
        1, "as a program written with GPyTorch does: it keeps nothing between steps", at_least=0
    )
