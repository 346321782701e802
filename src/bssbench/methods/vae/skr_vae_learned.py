"""SKR-VAE with learned bandwidths."""

from dataclasses import dataclass

from bssbench.methods.vae._kernel_regression import KernelRegressionMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(KernelRegressionMethod):
    """SKR-VAE with bandwidths learned within bounds around their initial values (reconstruction).

    Each step recomputes the kernel weights, with the exact gradient with respect to the bandwidths.

    Attributes
    ----------
    freedom : float
        Largest change of a bandwidth in octaves, up or down.
    """

    # The objective on held-out time cannot select this parameter: it always prefers more freedom
    # (results/selection.csv). The neighbours of a sample predict it best, so that all bandwidths
    # become short and equal.
    freedom: float = parameter(
        1.0,
        "chosen by us: an octave keeps bandwidths distinct that are spread over four or more",
        above=0,
    )
