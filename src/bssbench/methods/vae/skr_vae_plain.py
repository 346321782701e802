"""SKR-VAE (arXiv 2508.09721) as described in its abstract: a reconstruction, no additions."""

from dataclasses import dataclass

from bssbench.methods.vae._kernel_regression import KernelRegressionMethod
from bssbench.models.recipe import POSTERIORS
from bssbench.parameters import parameter

_PLAIN = "the abstract names no such thing"


@dataclass(frozen=True)
class Method(KernelRegressionMethod):
    """SKR-VAE as described in the abstract, without additions (reconstruction).

    Only the paper's abstract was available. It describes a VAE whose latents are the sources, with
    kernel regression instead of Gaussian processes and a different kernel function for each latent.
    This method omits the additions of `skr-vae`, even where they improve the scores. The abstract
    does not state how bandwidths are chosen, nor whether the regression at a sample includes the
    sample itself. Both choices are those of `skr-vae`, as are encoder, decoder and training
    schedule.

    Attributes
    ----------
    restarts, observation_variance, rotation, posterior, regularisation, spacing, uncorrelated
        As for `skr-vae`; the defaults switch its additions off.
    """

    restarts: int | None = parameter(1, _PLAIN, at_least=1)
    observation_variance: float | None = parameter(0.01, "the training recipe's", above=0)
    rotation: bool = parameter(False, _PLAIN)
    posterior: str = parameter("diagonal", "a VAE as it is", choices=POSTERIORS)
    regularisation: float | None = parameter(1.0, "a VAE as it is", at_least=0)
    spacing: int | None = parameter(1, _PLAIN, at_least=1)
    uncorrelated: bool = parameter(False, _PLAIN)
