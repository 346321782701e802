"""FastICA (Hyvärinen, 1999), from scikit-learn."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._base import Replicate
from bssbench.methods.classical._fastica import FastICAMethod


@dataclass(frozen=True)
class Method(FastICAMethod):
    """FastICA, parallel, with log cosh contrast (scikit-learn); uses non-Gaussianity only."""

    def signals(self, replicate: Replicate) -> tuple[np.ndarray, None]:
        """Return the channels themselves."""
        return replicate.observations, None
