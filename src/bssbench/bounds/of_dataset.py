"""The bound on the interference for a data set."""

from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from bssbench.bounds.gaussian import gaussian_bound
from bssbench.bounds.innovations import innovation_bound
from bssbench.datasets.dataset import Dataset
from bssbench.datasets.families import SourceFamily, load_family
from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import NotApplicable

__all__ = ["Bound", "interference_bound"]


@dataclass(frozen=True)
class Bound:
    """Minimum interference of an unbiased method.

    Attributes
    ----------
    powers : numpy.ndarray
        Shape (replicate, source). Expected power of all other sources in the estimate of a source,
        relative to the power of the source itself; infinite if the sources are not identifiable.
    kind : {'gaussian', 'innovations'}
        ``gaussian`` for Gaussian sources with sensor noise; ``innovations`` for filtered
        innovations without noise.
    within_reach : bool
        Whether maximum likelihood attains the bound; False if the data have noise that the bound
        ignores.
    """

    powers: np.ndarray
    kind: Literal["gaussian", "innovations"]
    within_reach: bool


def interference_bound(dataset: Dataset) -> Bound:
    """Return the bound for a generated data set, from its family, its mixing and its noise.

    Parameters
    ----------
    dataset : Dataset
        The data set.

    Returns
    -------
    Bound
        The bound for each replicate and source.

    Raises
    ------
    NotApplicable
        If there is no bound for this data set.
    """
    family, n_sources, length = _described(dataset)
    frequencies = 2.0 * np.pi * np.arange(1, length // 2 + 1) / length
    spectra = family.spectra(n_sources, frequencies)
    information = family.innovation_information(n_sources)
    noise = dataset.parameters["noise"]
    if np.all(information == 1.0) and noise > 0:
        covariances = _noise_covariances(dataset, noise)
        bounds = [gaussian_bound(spectra, covariance, length) for covariance in covariances]
        return Bound(_off_diagonal(np.array(bounds)).sum(axis=2), "gaussian", within_reach=True)
    own = innovation_bound(spectra, information, length).sum(axis=1)
    powers = np.broadcast_to(own, (len(dataset.seeds), n_sources))
    return Bound(powers, "innovations", within_reach=noise == 0)


def _described(dataset: Dataset) -> tuple[SourceFamily, int, int]:
    """Return the family with its parameters and the numbers of sources and samples."""
    identifier = parse_identifier(dataset.identifier or dataset.name)
    if identifier.recorded or dataset.sources is None:
        raise NotApplicable("the laws of recorded sources are not known")
    if dataset.mixing_matrix is None:
        raise NotApplicable("the bound is for linear mixing")
    if identifier.upsampled or dataset.parameters.get("outliers"):
        raise NotApplicable("the bound is for data at their own rate, without outliers")
    n_channels, n_sources = dataset.mixing_matrix.shape[1:]
    if n_channels != n_sources and dataset.parameters["noise"] > 0:
        raise NotApplicable("with noise the bound is for as many channels as sources")
    kind = load_family(identifier.stem)
    own = {each.name: dataset.parameters[each.name] for each in fields(kind)}
    return kind(**own), n_sources, dataset.observations.shape[1]


def _noise_covariances(dataset: Dataset, fraction: float) -> np.ndarray:
    """Return each replicate's covariance of the noise after the inverse mixing matrix."""
    assert dataset.mixing_matrix is not None
    assert dataset.sources is not None
    channels = np.einsum("rcs,rts->rtc", dataset.mixing_matrix, dataset.sources)
    deviations = fraction * channels.std(axis=1)
    inverse = np.linalg.inv(dataset.mixing_matrix) * deviations[:, None, :]
    return np.asarray(inverse @ np.swapaxes(inverse, 1, 2))


def _off_diagonal(variances: np.ndarray) -> np.ndarray:
    # Not by multiplication with zero, because the diagonal may be infinite.
    return np.where(np.eye(variances.shape[-1], dtype=bool), 0.0, variances)
