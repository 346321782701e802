"""NAME: a separation method.

The name of the method is that of this file, with hyphens. Change `unmix` and the docstring of the
class, whose first line is shown by `bssbench list methods`.
"""

from dataclasses import dataclass

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Size
from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.parameters import parameter


# For a method with random restarts, derive from `RestartedMethod`
# (bssbench.methods.classical._restarts). For any other method, derive from `SeparationMethod`
# (bssbench.methods), whose docstrings describe what to return.
@dataclass(frozen=True)
class Method(ClassicalMethod):
    """NAME: eigenvectors of a covariance at one lag; uses autocorrelation.

    Attributes
    ----------
    lag : int
        Lag in samples.
    """

    # The result does not depend on the seed. Remove this line if the method draws random numbers,
    # and draw them only from np.random.default_rng(replicate.seed).
    deterministic = True

    # A parameter with its default, the source of the default in one line, and its bounds. Set it by
    # `--set lag=2` on the command line, or by `NAME: {lag: 2}` in an experiment's file.
    lag: int = parameter(1, "the shortest lag; not tuned", at_least=1)

    def start(self, size: Size) -> None:
        """Check that the method applies to a problem of this size."""
        if self.lag >= size.length:
            raise NotApplicable(f"a lag of {self.lag} samples in a series of {size.length}")

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Estimate the unmixing matrix of one replicate.

        Returns
        -------
        unmixing_matrix : numpy.ndarray
            Shape (source, channel), with sources = unmixing · (observations − mean).
        converged : bool
            Whether the method converged; True for a closed-form solution.
        """
        # `components` are white, as many as there are sources, of shape (component, time). The
        # method only has to find a rotation.
        components = replicate.components
        covariance = components[:, : -self.lag] @ components[:, self.lag :].T
        _, vectors = np.linalg.eigh(covariance + covariance.T)
        rotation = vectors.T
        return rotation @ replicate.whitening, True
