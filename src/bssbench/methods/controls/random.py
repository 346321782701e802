"""The lower control: whitening followed by a random rotation."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.randomness import random_rotation


@dataclass(frozen=True)
class Method(ClassicalMethod):
    """Random rotation of the whitened observations: the chance level (control)."""

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Apply a random rotation."""
        rotation = random_rotation(np.random.default_rng(replicate.seed), len(replicate.components))
        return rotation @ replicate.whitening, True
