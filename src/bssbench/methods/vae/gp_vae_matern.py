"""GP-VAE with Matérn-1/2 processes, as Markov processes: linear in time."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(GaussianProcessMethod):
    """VAE with an exact Matérn-1/2 Gaussian process on each latent, in state-space form.

    Such a process is an autoregression of order one: rough where a squared-exponential one is
    smooth. The length-scales move at every step.
    """

    kernel = "matern-1/2"

    update_every: int = parameter(
        1, "chosen by us, not tuned on scores: an update costs little more than none", at_least=0
    )
