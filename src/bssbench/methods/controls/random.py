"""The lower control: whitening, then a rotation drawn at random."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.methods import Problem, Size
from bssbench.methods.classical._linear import separate_each
from bssbench.models.whitening import whiten
from bssbench.randomness import random_rotation
from bssbench.separation import Separation


@dataclass(frozen=True)
class Method:
    """A random rotation of the whitened observations: the level of chance (control)."""

    deterministic: ClassVar[bool] = False
    needs_true_sources: ClassVar[bool] = False
    can_demix_nonlinearly: ClassVar[bool] = False

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        return 200 + int(size.values * 8 * 4 / 1e6)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Rotate each replicate."""

        def solve(observations: np.ndarray, seed: np.random.SeedSequence) -> np.ndarray:
            whitening = whiten(observations[None], problem.n_sources).whitening[0]
            rotation = random_rotation(np.random.default_rng(seed), problem.n_sources)
            return np.asarray(rotation @ whitening)

        return separate_each(problem, solve, progress)
