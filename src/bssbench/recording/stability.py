"""Stability of sources: how similar they are over the runs of a method (ICASSO)."""

from dataclasses import dataclass

import numpy as np

__all__ = ["TRUSTED", "Stability", "similarities_by_unmixing", "similarities_of", "stability"]

TRUSTED = 0.8
"""The cluster quality from which a source counts as stable.

A source that every run finds has nearly 1. Gaussian white noise, in which all directions are
equivalent, has 0.3 to 0.7 in 20 bootstrap runs of FastICA or SOBI on two to five channels with
2,000 samples. The same holds for Gaussian sources by FastICA and for white sources by SOBI. Sources
that these methods can separate have at least 0.84.
"""

_MOST_SAMPLES = 20_000


@dataclass(frozen=True)
class Stability:
    """The stability of each source of the chosen run.

    Attributes
    ----------
    quality : numpy.ndarray
        Shape (source,), ICASSO's index I_q of the cluster of each source: the mean similarity
        within it minus the mean similarity to all other sources. The best value is 1.
    found_in : numpy.ndarray
        Shape (source,), share of the runs with a source in the same cluster.
    n_runs : int
        Number of runs that were compared.
    separable : bool
        Whether the recording has structure that a method can use. On Gaussian white noise, runs
        from different initialisations can all find the same direction by chance.
    """

    quality: np.ndarray
    found_in: np.ndarray
    n_runs: int
    separable: bool = True

    @property
    def trusted(self) -> np.ndarray:
        """Shape (source,), whether each source is stable: separable, and with enough quality."""
        return np.asarray((self.quality >= TRUSTED) & self.separable)


def stability(similarities: np.ndarray, n_sources: int, chosen: int) -> Stability:
    """Cluster the sources of all runs, and rate the sources of the chosen run.

    ICASSO (Himberg, Hyvärinen and Esposito, 2004, NeuroImage 22) uses agglomerative clustering with
    average linkage of 1 − |correlation|, with as many clusters as sources.

    Parameters
    ----------
    similarities : numpy.ndarray
        Shape (run · source, run · source), absolute correlations, ordered by run.
    n_sources : int
        Number of sources of each run.
    chosen : int
        Index of the run whose sources are rated.
    """
    from scipy.cluster.hierarchy import cut_tree, linkage
    from scipy.spatial.distance import squareform

    n_runs = len(similarities) // n_sources
    if len(similarities) == 1:
        clusters = np.zeros(1, dtype=int)
    else:
        distances = squareform(np.clip(1.0 - similarities, 0.0, 1.0), checks=False)
        clusters = cut_tree(linkage(distances, "average"), n_clusters=[n_sources])[:, 0]
    runs = np.arange(len(similarities)) // n_sources
    quality, found_in = np.empty(n_sources), np.empty(n_sources)
    for source in range(n_sources):
        inside = clusters == clusters[chosen * n_sources + source]
        within = similarities[np.ix_(inside, inside)].mean()
        beyond = similarities[np.ix_(inside, ~inside)].mean() if not inside.all() else 0.0
        quality[source] = within - beyond
        found_in[source] = len(set(runs[inside])) / n_runs
    return Stability(quality, found_in, n_runs)


def similarities_by_unmixing(unmixing_matrices: np.ndarray, observations: np.ndarray) -> np.ndarray:
    """Return absolute correlations between sources by unmixing matrices of the same observations.

    Parameters
    ----------
    unmixing_matrices : numpy.ndarray
        Shape (run, source, channel).
    observations : numpy.ndarray
        Shape (time, channel).

    Returns
    -------
    numpy.ndarray
        Shape (run · source, run · source).
    """
    rows = unmixing_matrices.reshape(-1, unmixing_matrices.shape[-1])
    covariance = np.atleast_2d(np.cov(observations, rowvar=False))
    return _absolute_correlations(rows @ covariance @ rows.T)


def similarities_of(sources: np.ndarray) -> np.ndarray:
    """Return absolute correlations between all sources (run, time, source) of all runs.

    For a long recording, 20,000 samples spread over the whole are compared.
    """
    step = -(-sources.shape[1] // _MOST_SAMPLES)
    thinned = sources[:, ::step]
    thinned = thinned - thinned.mean(axis=1, keepdims=True)
    rows = np.moveaxis(thinned, 1, 2).reshape(-1, thinned.shape[1])
    return _absolute_correlations(rows @ rows.T)


def _absolute_correlations(covariance: np.ndarray) -> np.ndarray:
    deviations = np.sqrt(np.clip(np.diagonal(covariance), 0.0, None))
    deviations = np.where(deviations > 0, deviations, 1.0)
    similarities = np.abs(covariance / np.outer(deviations, deviations)).clip(0.0, 1.0)
    np.fill_diagonal(similarities, 1.0)
    # Rounding must not make it asymmetric.
    return (similarities + similarities.T) / 2.0
