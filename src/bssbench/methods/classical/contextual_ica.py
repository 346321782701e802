"""Contextual ICA (Pearlmutter and Parra, 1996): autoregressive sources by maximum likelihood."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bssbench.methods.classical._autoregressive import AutoregressiveMethod

# Logits, means and log standard deviations, in units of the innovation's standard deviation. The
# initial mixture is heavy-tailed, because the components of a Gaussian one would stay equal. The
# lower bound on the widths (about 1/50) prevents an unbounded density around a single sample.
_FIRST_SHAPE = (0.0, 0.0, 0.0, -0.1, 0.0, 0.1, -1.0, -0.3, 0.4)
_FREE = (None, None)
_BOUNDS = (_FREE, _FREE, _FREE, _FREE, _FREE, _FREE) + ((-4.0, 2.0),) * 3


@dataclass(frozen=True)
class Method(AutoregressiveMethod):
    """Contextual ICA: autoregressive sources with mixture innovations; maximum likelihood, no VAE.

    It uses both spectra and non-Gaussianity. The density of a source given its past is that of its
    innovation, a mixture of Gaussians. Weights, means and standard deviations of the mixture are
    learned together with the autoregression and the unmixing matrix:

        −log p(x_t | past) = −log |det W| − Σ_i log Σ_j π_ij N(e_i(t); m_ij, s_ij²)

    (Pearlmutter and Parra, 1996, "A context-sensitive generalization of ICA"; the paper uses
    logistic components and stochastic gradient descent). Means and standard deviations are
    expressed in units of the innovations' standard deviation, which leaves the model unchanged.
    """

    def first_shape(self) -> tuple[Sequence[float], Sequence[tuple[float | None, float | None]]]:
        """Return the logits, means and log standard deviations of three components."""
        return _FIRST_SHAPE, _BOUNDS

    def entropies(
        self, innovations: np.ndarray, shape: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the mean of −log p under the mixture and its derivatives."""
        logits, means, log_stds = np.split(shape, 3, axis=1)
        log_weights = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        precisions = np.exp(-log_stds)
        # Shape (component, source, time), so that time is contiguous.
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
