"""NAME: a separation method.

The name of this file gives the name of the method. Change `unmix`, and the first line of the
docstring of the class, which is shown by `bssbench list methods`.
"""

from dataclasses import dataclass

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Size
from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.parameters import parameter


# For a method with several initialisations, of which the one with the lowest loss is kept, derive
# from `RestartedMethod` (bssbench.methods.classical._restarts). For anything else derive from
# `SeparationMethod` (bssbench.methods); its documentation describes what to return.
@dataclass(frozen=True)
class Method(ClassicalMethod):
    """NAME: eigenvectors of a covariance at one lag; uses autocorrelation.

    Attributes
    ----------
    lag : int
        In samples.
    """

    # The result does not depend on the seed. Remove this line if the method draws random numbers,
    # and draw them only from np.random.default_rng(replicate.seed).
    deterministic = True

    # A parameter with its default, the source of the default in one line, and its bounds. Set it by
    # `--set lag=2` on the command line, or by `NAME: {lag: 2}` in the file of an experiment.
    lag: int = parameter(1, "the shortest possible lag; not tuned", at_least=1)

    def start(self, size: Size) -> None:
        """Raise an error for data that the method does not apply to."""
        if self.lag >= size.length:
            raise NotApplicable(f"a lag of {self.lag} samples in a series of {size.length}")

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Find the sources of one replicate.

        Returns
        -------
        unmixing_matrix : numpy.ndarray
            Shape (source, channel): sources = unmixing · (observations − mean).
        converged : bool
            Whether the method converged; always true for a closed form.
        """
        # The data are given as white components of shape (component, time), as many as sources. The
        # method has to find a rotation of them.
        components = replicate.components
        covariance = components[:, : -self.lag] @ components[:, self.lag :].T
        _, vectors = np.linalg.eigh(covariance + covariance.T)
        rotation = vectors.T
        return rotation @ replicate.whitening, True
