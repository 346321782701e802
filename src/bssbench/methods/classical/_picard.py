"""What `picard` and `infomax` share: maximum-likelihood ICA by python-picard."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.parameters import parameter


@dataclass(frozen=True)
class MaximumLikelihoodMethod(ClassicalMethod):
    """Extended maximum-likelihood ICA: a density for heavy tails or light ones for each source.

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

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Maximise the likelihood."""
        from picard import picard

        whitening, unmixing, _, iterations = picard(
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
        # It counts from 0. Converging in the very last iteration looks the same as giving up.
        return unmixing @ whitening, iterations < self.max_iterations - 1
