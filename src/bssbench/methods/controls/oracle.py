"""The upper control: a map fitted to the true sources."""

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

    For nonlinear mixing, a network with the architecture of the VAEs' encoder is fitted. Both are
    evaluated on the samples to which they were fitted, so the score is an upper limit.
    """

    # The seeds set the network's initial weights, which have almost no effect on the result.
    deterministic = True
    needs_true_sources = True
    can_demix_nonlinearly = True

    def megabytes(self, size: Size) -> int:
        """Return an upper estimate of the peak memory."""
        linear = 150 + int(size.values * 8 * 4 / 1e6)
        # torch, and the hidden units of the network at each time point.
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
            # The network trains for a fixed number of steps, without a convergence criterion.
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
