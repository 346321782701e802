"""FastICA (Hyvärinen, 1999), by scikit-learn."""

from dataclasses import dataclass

import numpy as np

from bssbench.methods import Size
from bssbench.methods.classical._base import ClassicalMethod, Replicate
from bssbench.parameters import parameter


@dataclass(frozen=True)
class Method(ClassicalMethod):
    """FastICA, parallel, log cosh contrast (scikit-learn): uses non-Gaussianity alone.

    Attributes
    ----------
    max_iterations : int
        Where to give up.
    tolerance : float
        Change of the unmixing matrix that counts as converged.
    """

    max_iterations: int = parameter(
        1000,
        "chosen by us, not tuned: scikit-learn's default of 200 with more patience",
        at_least=1,
    )
    tolerance: float = parameter(
        1e-5, "chosen by us, not tuned: stricter than scikit-learn's default of 1e-4", at_least=0
    )

    def start(self, size: Size) -> None:
        """Import scikit-learn."""
        import sklearn.decomposition  # noqa: F401

    def unmix(self, replicate: Replicate) -> tuple[np.ndarray, bool]:
        """Run FastICA."""
        from sklearn.decomposition import FastICA

        estimator = FastICA(
            len(replicate.components),
            whiten="unit-variance",
            max_iter=self.max_iterations,
            tol=self.tolerance,
            random_state=replicate.random_state,
        )
        estimator.fit(replicate.observations)
        # Converging in the very last iteration looks the same as giving up, and counts as that.
        return estimator.components_, estimator.n_iter_ < self.max_iterations
