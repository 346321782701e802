"""Shared base of `picard` and `infomax`: maximum-likelihood ICA from python-picard."""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import Replicate, Solution
from bssbench.methods.classical._densities import gaussian_mean, log_cosh
from bssbench.methods.classical._restarts import RestartedMethod
from bssbench.parameters import parameter


@dataclass(frozen=True)
class MaximumLikelihoodMethod(RestartedMethod):
    """Extended maximum-likelihood ICA, with a heavy-tailed or light-tailed density per source.

    The restart with the largest likelihood is kept (see `negative_log_likelihood`).

    Attributes
    ----------
    max_iterations : int
        Maximum number of iterations.
    tolerance : float
        Gradient norm at convergence.
    """

    orthogonal: ClassVar[bool]
    """Whether the sources are constrained to be uncorrelated."""
    first_iterations: ClassVar[int | None] = None
    """Number of initial FastICA iterations; None starts from a random rotation."""

    max_iterations: int = parameter(
        1000,
        "chosen by us, not tuned: python-picard's default of 500 with more patience",
        at_least=1,
    )
    tolerance: float = parameter(1e-7, "python-picard's default", at_least=0)

    def start(self, size: Size) -> None:
        """Import python-picard."""
        import picard  # noqa: F401

    def attempt(self, replicate: Replicate) -> Solution:
        """Maximise the likelihood from a random rotation."""
        from picard import picard

        whitening, unmixing, components, iterations = picard(
            replicate.observations.T,
            n_components=len(replicate.components),
            ortho=self.orthogonal,
            extended=True,
            max_iter=self.max_iterations,
            tol=self.tolerance,
            random_state=replicate.random_state,
            fastica_it=self.first_iterations,
            return_n_iter=True,
        )
        loss = negative_log_likelihood(components, unmixing)
        # Iterations are counted from 0. Convergence in the last one cannot be distinguished from no
        # convergence.
        converged = iterations < self.max_iterations - 1
        return Solution(unmixing @ whitening, converged, (loss,), iterations + 1)


def negative_log_likelihood(components: np.ndarray, unmixing_matrix: np.ndarray) -> float:
    """Return the negative log-likelihood of extended Infomax (Lee et al., 1999).

    With y = W z, the density of a heavy-tailed source is p(y) ∝ exp(−y² / 2) / cosh(y), that of a
    light-tailed source p(y) ∝ exp(−y² / 2) cosh(y). The sign of E[sech² y] E[y²] − E[y tanh y]
    selects the density. The normalisers are included because restarts may differ in these signs.

    Parameters
    ----------
    components : numpy.ndarray
        Shape (component, time): y.
    unmixing_matrix : numpy.ndarray
        Shape (component, component): W, applied to white components z.

    Returns
    -------
    float
        In nats per time point.
    """
    power = (components**2).mean(axis=1)
    tanh = np.tanh(components)
    heavy = (1.0 - tanh**2).mean(axis=1) * power > (components * tanh).mean(axis=1)
    tails = log_cosh(components).mean(axis=1)
    of_heavy, of_light = tails + _log_heavy_normaliser(), 0.5 - tails
    densities = 0.5 * (power + np.log(2.0 * np.pi)) + np.where(heavy, of_heavy, of_light)
    return float(densities.sum() - np.linalg.slogdet(unmixing_matrix)[1])


@cache
def _log_heavy_normaliser() -> float:
    """Return log E[1 / cosh ν] for a standard normal ν; log E[cosh ν] is ½."""
    return float(np.log(gaussian_mean(lambda nodes: 1.0 / np.cosh(nodes))))
