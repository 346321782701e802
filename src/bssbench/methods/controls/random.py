"""The lower control: whitening, then a rotation drawn at random."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.randomness import random_rotation


@dataclass(frozen=True)
class Method(ClassicalMethod):
    """A random rotation of the whitened observations: the level of chance (control)."""

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Rotate."""
        rotation = random_rotation(np.random.default_rng(replicate.seed), len(replicate.components))
        return rotation @ replicate.whitening, True
