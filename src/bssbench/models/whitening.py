"""Centring and PCA whitening of each replicate's observations."""

from dataclasses import dataclass

import numpy as np

from bssbench.errors import InputError

__all__ = ["Whitened", "independent_directions", "whiten"]


@dataclass(frozen=True)
class Whitened:
    """Whitened observations with their whitening map.

    Attributes
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), uncorrelated with unit variance.
    whitening : numpy.ndarray
        Shape (replicate, component, channel), with components = whitening · (observations − mean).
    mean : numpy.ndarray
        Shape (replicate, 1, channel).
    """

    components: np.ndarray
    whitening: np.ndarray
    mean: np.ndarray

    def apply(self, observations: np.ndarray) -> np.ndarray:
        """Apply the same map to other observations.

        Parameters
        ----------
        observations : numpy.ndarray
            Shape (replicate, time, channel).

        Returns
        -------
        numpy.ndarray
            Shape (replicate, component, time).
        """
        return self.whitening @ np.swapaxes(observations - self.mean, 1, 2)


def whiten(observations: np.ndarray, n_components: int) -> Whitened:
    """Project each replicate on its leading principal components, scaled to unit variance.

    The components are those of the correlation matrix, so that the units of the channels do not
    matter.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).
    n_components : int
        Number of components.

    Returns
    -------
    Whitened
        Components of shape (replicate, component, time) and their map.

    Raises
    ------
    InputError
        If a replicate has fewer independent channels than components.
    """
    mean = observations.mean(axis=1, keepdims=True)
    centred = observations - mean
    # Channels are first scaled to unit variance, so that none is lost if the units differ, for
    # example volts and microvolts.
    scale = centred.std(axis=1, keepdims=True)
    scaled = np.swapaxes(centred / scale, 1, 2)
    correlation = scaled @ np.swapaxes(scaled, 1, 2) / scaled.shape[-1]
    variances, directions = np.linalg.eigh(correlation)
    variances = variances[:, ::-1][:, :n_components]
    directions = directions[:, :, ::-1][:, :, :n_components]
    if np.any(variances <= _rounding_floor(variances[:, :1], observations.shape[-1])):
        raise InputError(
            f"the channels span fewer than {n_components} independent directions; remove channels "
            "that are sums of others, or ask for fewer sources"
        )
    whitening = np.swapaxes(directions / np.sqrt(variances)[:, None, :], 1, 2)
    return Whitened(whitening @ scaled, whitening / scale, mean)


def independent_directions(observations: np.ndarray) -> int:
    """Return the number of components that `whiten` can find.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (time, channel).

    Returns
    -------
    int
        The numerical rank of the correlation matrix.
    """
    standardised = (observations - observations.mean(axis=0)) / observations.std(axis=0)
    variances = np.linalg.eigvalsh(standardised.T @ standardised / len(standardised))
    return int((variances > _rounding_floor(variances[-1], observations.shape[-1])).sum())


def _rounding_floor(largest: np.ndarray, n_channels: int) -> np.ndarray:
    """Return the variance that rounding errors leave in a direction without variance."""
    return largest * n_channels * np.finfo(largest.dtype).eps * 10
