"""GP-VAE with Matérn-1/2 processes in Markovian form, with cost linear in time."""

from dataclasses import dataclass

from bssbench.methods.vae._gaussian_process import GaussianProcessMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(GaussianProcessMethod):
    """VAE with an exact Matérn-1/2 Gaussian process on each latent, in state-space form.

    A Matérn-1/2 process is an autoregression of order one. It is rough, whereas a
    squared-exponential process is smooth. The length-scales are updated at every step.
    """

    kernel = "matern-1/2"

    update_every: int = parameter(
        1, "chosen by us, not tuned on scores: an update costs little more than none", at_least=0
    )
