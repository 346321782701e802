"""ERBM (Li and Adalı, 2010): blind source separation by entropy rate bound minimisation."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._autoregressive import AutoregressiveMethod
from bssbench.methods.classical._entropy_bound import entropy_bound


@dataclass(frozen=True)
class Method(AutoregressiveMethod):
    """ERBM: least bound of the sources' entropy rates; uses spectra and non-Gaussianity.

    A source's entropy rate is the entropy of its innovations, of which an upper bound is minimised,
    that of Li and Adalı's entropy bound minimisation with its four measuring functions x⁴,
    |x| / (1 + |x|), x |x| / (10 + |x|) and x / (1 + x²):

        J = Σ_i H(e_i) − log |det W|,    e_i(t) = y_i(t) + Σ_k a_ik y_i(t − k)

    (Li and Adalı, 2010, "Blind spatiotemporal separation of second and/or higher-order correlated
    sources by entropy rate minimization"; Fu et al., 2014). Reconstructed from the papers. They
    update one row of W after the other along its decoupled gradient, and filters between; here all
    is learned together, which ends where J is stationary all the same.
    """

    def entropies(
        self, innovations: np.ndarray, shape: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the entropy bound of each source's innovations."""
        bounds, slopes = entropy_bound(innovations)
        return bounds, slopes, np.zeros_like(shape)
