"""The upper control: what a map can reach when the true sources are known."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bssbench.errors import NotApplicable
from bssbench.methods import Problem, SeparationMethod, Size
from bssbench.methods.classical._base import demixed
from bssbench.separation import Separation, Stopwatch


@dataclass(frozen=True)
class Method(SeparationMethod):
    """Least squares on the true sources: the ceiling of linear demixing (control).

    For nonlinear mixing a network of the form of the VAEs' encoder is fitted. Either is evaluated
    on the samples that it was fitted to, so it is a ceiling and no promise for others.
    """

    # The seeds give the network's initial weights, which make next to no difference.
    deterministic = True
    needs_true_sources = True
    can_demix_nonlinearly = True

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        linear = 150 + int(size.values * 8 * 4 / 1e6)
        # torch, and what the network's hidden units hold for each time point.
        held_by_network = size.replicates * size.length * 32 * 10 * 4
        return linear + (300 + int(held_by_network / 1e6) if size.nonlinear else 0)

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
        if problem.nonlinear:
            from bssbench.models.supervised import fit_supervised
        stopwatch = Stopwatch()
        stopwatch.lap("warm_up")
        unmixing_matrix, converged = None, None
        if problem.nonlinear:
            # A network has no criterion of convergence: it trains for a fixed time.
            generators = [np.random.default_rng(seed) for seed in problem.seeds]
            sources = fit_supervised(problem.observations, problem.sources, generators, progress)
        else:
            centred = problem.observations - problem.observations.mean(axis=1, keepdims=True)
            # Normal equations through the pseudo-inverse, batched over replicates.
            unmixing_matrix = np.swapaxes(np.linalg.pinv(centred) @ problem.sources, 1, 2)
            sources, converged = demixed(problem.observations, unmixing_matrix), True
        stopwatch.lap("solve")
        diagnostics = {"converged": [converged] * len(sources)}
        return Separation(sources, unmixing_matrix, diagnostics=diagnostics, stopwatch=stopwatch)
