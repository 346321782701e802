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
            return _separate_nonlinearly(problem, problem.sources, progress)
        stopwatch = Stopwatch()
        stopwatch.lap("warm_up")
        centred = problem.observations - problem.observations.mean(axis=1, keepdims=True)
        # Normal equations through the pseudo-inverse, batched over replicates.
        unmixing_matrix = np.swapaxes(np.linalg.pinv(centred) @ problem.sources, 1, 2)
        sources = demixed(problem.observations, unmixing_matrix)
        stopwatch.lap("solve")
        diagnostics = {"converged": [True] * len(sources)}
        return Separation(sources, unmixing_matrix, diagnostics=diagnostics, stopwatch=stopwatch)


def _separate_nonlinearly(
    problem: Problem, sources: np.ndarray, progress: Callable[[int, int], None] | None
) -> Separation:
    """Fit networks, which have no criterion of convergence: they train for a fixed time."""
    from bssbench.models.supervised import fit_supervised

    stopwatch = Stopwatch()
    stopwatch.lap("warm_up")
    generators = [np.random.default_rng(seed) for seed in problem.seeds]
    estimated = fit_supervised(problem.observations, sources, generators, progress)
    stopwatch.lap("solve")
    diagnostics = {"converged": [None] * len(estimated)}
    return Separation(estimated, diagnostics=diagnostics, stopwatch=stopwatch)
