"""Gauss-TD (Ziehe, Kawanabe, Harmeling and Müller, 2003): sensors' distortions undone by ranks."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bssbench.methods import Problem
from bssbench.methods.classical._lagged_covariances import LaggedCovariances
from bssbench.separation import Separation

__all__ = ["Method", "gaussianised"]


def gaussianised(observations: np.ndarray) -> np.ndarray:
    """Give each channel a normal distribution, without changing the order of its values.

    A value of rank r among T becomes Φ⁻¹(r / (T + 1)). Sums of many sources are nearly Gaussian,
    so that of a monotone distortion of such a sum this is nearly the inverse.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel). Equal values keep equal, at the mean of their ranks.
    """
    # Imported here, as scipy.stats takes most of a second to import.
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri(rankdata(observations, axis=1) / (observations.shape[1] + 1)))


@dataclass(frozen=True)
class Method(LaggedCovariances):
    """Gauss-TD: channels made Gaussian by their ranks, then SOBI; for post-nonlinear mixing.

    Of mixing that is known to be linear there is no distortion to undo, and it is SOBI.
    """

    can_demix_nonlinearly = True

    def matrices(self, components: np.ndarray) -> np.ndarray:
        """Return the lagged covariances."""
        return self.lagged_covariances(components)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Undo the distortions and separate what is left, a linear mixture."""
        if not problem.nonlinear:
            return super().separate(problem, progress)
        linear = replace(problem, observations=gaussianised(problem.observations), nonlinear=False)
        # What the matrix applies to are not the observations.
        return replace(super().separate(linear, progress), unmixing_matrix=None)
