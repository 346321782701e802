"""SKR-VAE with bandwidths that learn."""

from dataclasses import dataclass

from bssbench.methods.vae._kernel_regression import KernelRegressionMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(KernelRegressionMethod):
    """SKR-VAE whose bandwidths learn within bounds around where they start (reconstruction).

    Each step prepares the weights anew, with the exact gradient in the bandwidths.

    Attributes
    ----------
    freedom : float
        How far a bandwidth may move, in octaves up and down.
    """

    # Held-out time can't settle this one: it asks for as much freedom as there is
    # (results/selection.csv), because what is next to a sample always says best what that is; so
    # the bandwidths become short, and alike.
    freedom: float = parameter(
        1.0,
        "chosen by us: an octave keeps bandwidths distinct that are spread over four or more",
        above=0,
    )
