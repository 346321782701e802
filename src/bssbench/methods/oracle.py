"""The upper control: what a linear map can reach when the true sources are known."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Problem, Size
from bssbench.methods._linear import demixed
from bssbench.separation import Separation, Stopwatch


@dataclass(frozen=True)
class Method:
    """Least squares on the true sources: the ceiling of linear demixing (control)."""

    deterministic: ClassVar[bool] = True
    needs_true_sources: ClassVar[bool] = True
    can_demix_nonlinearly: ClassVar[bool] = False

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        return 150 + int(size.values * 8 * 4 / 1e6)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Fit each replicate's sources by least squares.

        Raises
        ------
        NotApplicable
            If the true sources are not known.
        """
        if problem.sources is None:
            raise NotApplicable("the oracle needs the true sources, and these data have none")
        stopwatch = Stopwatch()
        stopwatch.lap("warm_up")
        centred = problem.observations - problem.observations.mean(axis=1, keepdims=True)
        # Normal equations through the pseudo-inverse, batched over replicates.
        unmixing_matrix = np.swapaxes(np.linalg.pinv(centred) @ problem.sources, 1, 2)
        sources = demixed(problem.observations, unmixing_matrix)
        stopwatch.lap("solve")
        return Separation(sources, unmixing_matrix, stopwatch=stopwatch)
