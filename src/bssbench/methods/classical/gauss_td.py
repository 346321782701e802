"""Gauss-TD (Ziehe, Kawanabe, Harmeling and Müller, 2003): Gaussianise each channel, then SOBI."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from bssbench.methods import Problem
from bssbench.methods.classical._lagged_covariances import LaggedCovariances
from bssbench.separation import Demixing, Separation

__all__ = ["Method", "gaussianised"]


def gaussianised(observations: np.ndarray) -> np.ndarray:
    """Transform each channel to a normal distribution, keeping the order of its values.

    A value of rank r among T becomes Φ⁻¹(r / (T + 1)); tied values share their mean rank. Sums of
    many sources are nearly Gaussian, so this approximately inverts a monotone distortion of such a
    sum.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).

    Returns
    -------
    numpy.ndarray
        Shape (replicate, time, channel).
    """
    # Imported here because importing scipy.stats takes most of a second.
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri(rankdata(observations, axis=1) / (observations.shape[1] + 1)))


@dataclass(frozen=True)
class GaussianisedDemixing:
    """Demixing map of one replicate: Gaussianise each channel, then unmix.

    The transformation interpolates linearly between the fitted values and is constant beyond the
    largest and the smallest.

    Attributes
    ----------
    values, scores : numpy.ndarray
        Shape (time, channel): the values of each channel in ascending order, and their Gaussianised
        values.
    unmixing, mixing : numpy.ndarray
        Shapes (source, channel) and (channel, source), with respect to Gaussianised channels.
    """

    values: np.ndarray
    scores: np.ndarray
    unmixing: np.ndarray
    mixing: np.ndarray

    @classmethod
    def fitted(cls, observations: np.ndarray, unmixing: np.ndarray) -> Self:
        """Fit the map to the observations (time, channel) of one replicate.

        The mixing matrix is the least-squares regression of the channels on the sources.
        """
        scores = gaussianised(observations[None])[0]
        covariance = np.atleast_2d(np.cov(scores.T, bias=True))
        mixing = covariance @ unmixing.T @ np.linalg.inv(unmixing @ covariance @ unmixing.T)
        return cls(np.sort(observations, axis=0), np.sort(scores, axis=0), unmixing, mixing)

    def demix(self, observations: np.ndarray) -> np.ndarray:
        """Return the sources (time, source) of observations (time, channel)."""
        gaussian = self._interpolated(observations, self.values, self.scores)
        return (gaussian - self.scores.mean(axis=0)) @ self.unmixing.T

    def remix(self, sources: np.ndarray) -> np.ndarray:
        """Return the observations (time, channel) of sources (time, source)."""
        gaussian = sources @ self.mixing.T + self.scores.mean(axis=0)
        return self._interpolated(gaussian, self.scores, self.values)

    @staticmethod
    def _interpolated(at: np.ndarray, places: np.ndarray, values: np.ndarray) -> np.ndarray:
        channels = []
        for where, place, value in zip(at.T, places.T, values.T, strict=True):
            # Tied values have equal scores.
            distinct, first = np.unique(place, return_index=True)
            channels.append(np.interp(where, distinct, value[first]))
        return np.stack(channels, axis=1)


@dataclass(frozen=True)
class Method(LaggedCovariances):
    """Gauss-TD: rank-based Gaussianisation of each channel, then SOBI; for post-nonlinear mixing.

    For linear mixing the method is identical to SOBI.
    """

    can_demix_nonlinearly = True

    def matrices(self, components: np.ndarray) -> np.ndarray:
        """Return the lagged covariances."""
        return self.lagged_covariances(components)

    def separate(
        self, problem: Problem, progress: Callable[[int, int], None] | None = None
    ) -> Separation:
        """Undo the channels' distortions, then separate the remaining linear mixture."""
        if not problem.nonlinear:
            return super().separate(problem, progress)
        linear = replace(problem, observations=gaussianised(problem.observations), nonlinear=False)
        separation = super().separate(linear, progress)
        if problem.keep and separation.unmixing_matrix is not None:
            maps = [
                GaussianisedDemixing.fitted(*pair)
                for pair in zip(problem.observations, separation.unmixing_matrix, strict=True)
            ]
            kept = [
                replace(one, arrays=vars(of_one))
                for one, of_one in zip(separation.kept, maps, strict=True)
            ]
            separation = replace(separation, kept=tuple(kept))
        # The matrix applies to the Gaussianised channels, not to the observations.
        return replace(separation, unmixing_matrix=None)

    def nonlinear_demixing(self, arrays: Mapping[str, np.ndarray]) -> Demixing | None:
        """Return the stored map of a replicate, or None if there is none."""
        return GaussianisedDemixing(**arrays) if arrays else None
