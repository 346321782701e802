"""Contextual ICA (Pearlmutter and Parra, 1996): autoregressive sources by maximum likelihood."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._autoregressive import AutoregressiveMethod

# Logits, means and log-deviations, in the innovation's standard deviations: heavy-tailed at the
# start, for from a Gaussian one components stay together. A density can grow without limit around a
# single sample: no component is narrower than a fiftieth.
_FIRST_SHAPE = (0.0, 0.0, 0.0, -0.1, 0.0, 0.1, -1.0, -0.3, 0.4)
_FREE = (None, None)
_BOUNDS = (_FREE, _FREE, _FREE, _FREE, _FREE, _FREE) + ((-4.0, 2.0),) * 3


@dataclass(frozen=True)
class Method(AutoregressiveMethod):
    """Contextual ICA: likelihood of autoregressions with mixture innovations, no VAE; uses both.

    The density of a source given its past is that of its innovation, a mixture of Gaussians whose
    weights, means and deviations are learned with the autoregression and the unmixing (Pearlmutter
    and Parra, 1996, "A context-sensitive generalization of ICA"; they take logistic components and
    follow the gradient sample by sample):

        −log p(x_t | past) = −log |det W| − Σ_i log Σ_j π_ij N(e_i(t); m_ij, s_ij²).

    Means and deviations are in the innovations' own standard deviations, which changes no density.
    """

    def first_shape(self) -> tuple[Sequence[float], Sequence[tuple[float | None, float | None]]]:
        """Return three components' logits, means and log-deviations."""
        return _FIRST_SHAPE, _BOUNDS

    def entropies(
        self, innovations: np.ndarray, shape: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the mean of −log p under the mixture, with its derivatives."""
        logits, means, log_stds = np.split(shape, 3, axis=1)
        log_weights = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        precisions = np.exp(-log_stds)
        # Component first, so that time runs contiguously: (component, source, time).
        t = (innovations - means.T[..., None]) * precisions.T[..., None]
        constants = log_weights - log_stds - 0.5 * np.log(2.0 * np.pi)
        terms = constants.T[..., None] - 0.5 * t**2
        largest = terms.max(axis=0)
        responsibilities = np.exp(terms - largest)
        total = responsibilities.sum(axis=0)
        responsibilities /= total
        weighted = responsibilities * t
        share, first = responsibilities.mean(axis=-1).T, weighted.mean(axis=-1).T
        second = (weighted * t).mean(axis=-1).T
        gradient = np.hstack([np.exp(log_weights) - share, -first * precisions, share - second])
        slopes = np.einsum("jit,ij->it", weighted, precisions)
        return -(np.log(total) + largest).mean(axis=-1), slopes, gradient
