"""NAME: a separation method.

The name of this file is the name of the method, with hyphens. Change `unmix`, and what is said of
the method in the first line of the class: `bssbench list methods` shows it.
"""

from dataclasses import dataclass

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Size
from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.parameters import parameter


# For a method that starts anew and keeps the start of the lowest loss derive from `RestartedMethod`
# (bssbench.methods.classical._restarts), for anything else from `SeparationMethod`
# (bssbench.methods), whose documentation says what it has to return.
@dataclass(frozen=True)
class Method(ClassicalMethod):
    """NAME: eigenvectors of a covariance at one lag; uses autocorrelation.

    Attributes
    ----------
    lag : int
        In samples.
    """

    # The seed makes no difference. Leave this out if the method draws random numbers, and draw them
    # from np.random.default_rng(replicate.seed) alone.
    deterministic = True

    # A parameter: its default, where that comes from in one line, and its bounds. `--set lag=2` on
    # the command line and `NAME: {lag: 2}` in an experiment's file set it.
    lag: int = parameter(1, "the shortest there is; not tuned", at_least=1)

    def start(self, size: Size) -> None:
        """Object to what the method has no meaning for."""
        if self.lag >= size.length:
            raise NotApplicable(f"a lag of {self.lag} samples in a series of {size.length}")

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Find the sources of one replicate.

        Returns
        -------
        unmixing_matrix : numpy.ndarray
            Shape (source, channel): sources = unmixing · (observations − mean).
        converged : bool
            Whether the method converged; what is computed in closed form has.
        """
        # As many white components as there are sources, shape (component, time), are there already.
        # What is left to find is a rotation of them.
        components = replicate.components
        covariance = components[:, : -self.lag] @ components[:, self.lag :].T
        _, vectors = np.linalg.eigh(covariance + covariance.T)
        rotation = vectors.T
        return rotation @ replicate.whitening, True
