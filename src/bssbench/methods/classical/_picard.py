"""What `picard` and `infomax` share: maximum-likelihood ICA by python-picard."""

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
    """Extended maximum-likelihood ICA: a density for heavy tails or light ones for each source.

    Of several starts the likeliest is kept (see `negative_log_likelihood`).

    Attributes
    ----------
    max_iterations : int
        Where to give up.
    tolerance : float
        Gradient norm that counts as converged.
    """

    orthogonal: ClassVar[bool]
    """Whether the sources are kept uncorrelated."""
    first_iterations: ClassVar[int | None] = None
    """Iterations of FastICA to start from; without them a random rotation is where it starts."""

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
        """Maximise the likelihood from the random rotation that the random state gives."""
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
        # It counts from 0. Converging in the very last iteration looks the same as giving up.
        converged = iterations < self.max_iterations - 1
        return Solution(unmixing @ whitening, converged, (loss,), iterations + 1)


def negative_log_likelihood(components: np.ndarray, unmixing_matrix: np.ndarray) -> float:
    """Return that of extended Infomax (Lee et al., 1999), in nats per time point.

    With y = W z, the densities are p(y) ∝ exp(−y² / 2) / cosh(y) of a source with heavy tails and
    p(y) ∝ exp(−y² / 2) cosh(y) of one with light ones, which the sign of E[sech² y] E[y²] −
    E[y tanh y] tells. Their normalisers count here, for starts may differ in these signs.

    Parameters
    ----------
    components : numpy.ndarray
        y, shape (component, time).
    unmixing_matrix : numpy.ndarray
        W, of white components z.
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
    """Return log E[1 / cosh ν] of a standard normal ν; that of cosh ν is ½."""
    return float(np.log(gaussian_mean(lambda nodes: 1.0 / np.cosh(nodes))))
