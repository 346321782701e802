"""Shared base of `fastica` and `var-ica`: FastICA (Hyvärinen, 1999) from scikit-learn."""

from abc import abstractmethod
from dataclasses import dataclass
from functools import cache

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import Replicate, Solution
from bssbench.methods.classical._densities import gaussian_mean, log_cosh
from bssbench.methods.classical._restarts import RestartedMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class FastICAMethod(RestartedMethod):
    """Parallel FastICA with log cosh contrast, applied to signals that a subclass provides.

    The restart with the largest contrast is kept. The contrast is Hyvärinen's approximation of
    negentropy, Σ_i (E[G(y_i)] − E[G(ν)])² with G = log cosh and ν ~ N(0, 1), whose stationary
    points FastICA finds.

    Attributes
    ----------
    max_iterations : int
        Maximum number of iterations.
    tolerance : float
        Change of the unmixing matrix below which the iteration has converged.
    """

    max_iterations: int = parameter(
        1000,
        "chosen by us, not tuned: scikit-learn's default of 200 with more patience",
        at_least=1,
    )
    tolerance: float = parameter(
        1e-5, "chosen by us, not tuned: stricter than scikit-learn's default of 1e-4", at_least=0
    )

    @abstractmethod
    def signals(self, replicate: Replicate) -> tuple[np.ndarray, np.ndarray | None]:
        """Return the signals to separate and the matrix that maps channels to them.

        Parameters
        ----------
        replicate : Replicate
            Observations, whitened components and seed.

        Returns
        -------
        signals : numpy.ndarray
            Shape (time, signal).
        origin : numpy.ndarray or None
            Shape (signal, channel); None if the signals are the channels.
        """

    def start(self, size: Size) -> None:
        """Import scikit-learn."""
        import sklearn.decomposition  # noqa: F401

    def attempt(self, replicate: Replicate) -> Solution:
        """Run FastICA from a random initial matrix."""
        from sklearn.decomposition import FastICA

        signals, origin = self.signals(replicate)
        estimator = FastICA(
            len(replicate.components),
            whiten="unit-variance",
            max_iter=self.max_iterations,
            tol=self.tolerance,
            random_state=replicate.random_state,
        )
        estimator.fit(signals)
        components = estimator.components_
        contrast = negentropy_contrast(components @ (signals - estimator.mean_).T)
        return Solution(
            components if origin is None else components @ origin,
            # Convergence in the last allowed iteration cannot be distinguished from no convergence
            # and counts as the latter.
            estimator.n_iter_ < self.max_iterations,
            (-contrast,),
            estimator.n_iter_,
        )


def negentropy_contrast(components: np.ndarray) -> float:
    """Return Σ_i (E[log cosh y_i] − E[log cosh ν])² of components (component, time)."""
    means = log_cosh(components).mean(axis=1)
    return float(((means - _gaussian_log_cosh()) ** 2).sum())


@cache
def _gaussian_log_cosh() -> float:
    return gaussian_mean(log_cosh)
