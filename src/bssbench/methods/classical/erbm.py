"""ERBM (Li and Adalı, 2010): blind source separation by entropy rate bound minimisation."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._autoregressive import AutoregressiveMethod
from bssbench.methods.classical._entropy_bound import entropy_bound


@dataclass(frozen=True)
class Method(AutoregressiveMethod):
    """ERBM: minimum entropy rate bound; uses spectra and non-Gaussianity (reconstruction).

    The entropy rate of a source is the entropy of its innovations. The method minimises an upper
    bound H on it, that of Li and Adalı's entropy bound minimisation with the four measuring
    functions x⁴, |x| / (1 + |x|), x |x| / (10 + |x|) and x / (1 + x²):

        J = Σ_i H(e_i) − log |det W|,    e_i(t) = y_i(t) + Σ_k a_ik y_i(t − k)

    (Li and Adalı, 2010, "Blind spatiotemporal separation of second and/or higher-order correlated
    sources by entropy rate minimization"; Fu et al., 2014). The papers update the rows of W one by
    one along decoupled gradients, alternating with the filters. Here all parameters are updated
    together; both converge to stationary points of J.
    """

    def entropies(
        self, innovations: np.ndarray, shape: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the entropy bound of each source's innovations and its derivatives."""
        bounds, slopes = entropy_bound(innovations)
        return bounds, slopes, np.zeros_like(shape)
