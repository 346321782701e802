"""SKR-VAE (arXiv 2508.09721) as its abstract reads: a reconstruction with nothing added."""

from dataclasses import dataclass

from bssbench.methods.vae._kernel_regression import KernelRegressionMethod
from bssbench.models.recipe import POSTERIORS
from bssbench.parameters import parameter

_PLAIN = "the abstract names no such thing"


@dataclass(frozen=True)
class Method(KernelRegressionMethod):
    """SKR-VAE as the abstract reads, nothing added (reconstruction).

    The abstract, all that was available of the paper, names a VAE whose latents are the sources,
    and kernel regression in place of Gaussian processes, with another kernel function for each
    latent. What else `skr-vae` adds is left out, at any cost in score. How bandwidths are found and
    whether a sample foretells itself, the abstract does not say: these, encoder, decoder and the
    course of the training are as there.

    Attributes
    ----------
    restarts, observation_variance, rotation, posterior, regularisation, spacing, uncorrelated
        As for `skr-vae`, with what it adds taken away.
    """

    restarts: int | None = parameter(1, _PLAIN, at_least=1)
    observation_variance: float | None = parameter(0.01, "the training recipe's", above=0)
    rotation: bool = parameter(False, _PLAIN)
    posterior: str = parameter("diagonal", "a VAE as it is", choices=POSTERIORS)
    regularisation: float | None = parameter(1.0, "a VAE as it is", at_least=0)
    spacing: int | None = parameter(1, _PLAIN, at_least=1)
    uncorrelated: bool = parameter(False, _PLAIN)
