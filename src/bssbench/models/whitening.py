"""Centring and PCA whitening of each replicate's observations."""

from dataclasses import dataclass

import numpy as np

from bssbench.errors import InputError

__all__ = ["Whitened", "independent_directions", "whiten"]


@dataclass(frozen=True)
class Whitened:
    """Whitened observations and the map that made them.

    Attributes
    ----------
    components : numpy.ndarray
        Shape (replicate, component, time), uncorrelated, unit variance.
    whitening : numpy.ndarray
        Shape (replicate, component, channel): components = whitening · (observations − mean).
    mean : numpy.ndarray
        Shape (replicate, 1, channel).
    """

    components: np.ndarray
    whitening: np.ndarray
    mean: np.ndarray

    def apply(self, observations: np.ndarray) -> np.ndarray:
        """Return other observations (replicate, time, channel) in the same coordinates."""
        return self.whitening @ np.swapaxes(observations - self.mean, 1, 2)


def whiten(observations: np.ndarray, n_components: int) -> Whitened:
    """Project each replicate on its leading principal components, at unit variance.

    The components are those of the correlation matrix: a channel's unit makes no difference.

    Parameters
    ----------
    observations : numpy.ndarray
        Shape (replicate, time, channel).
    n_components : int
        How many components to keep.

    Raises
    ------
    InputError
        If a replicate has fewer independent channels than that.
    """
    mean = observations.mean(axis=1, keepdims=True)
    centred = observations - mean
    # Each channel at unit variance first: units as unlike as volts and microvolts are no reason to
    # lose a channel.
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
    """Return how many components observations (time, channel) have for `whiten` to find."""
    standardised = (observations - observations.mean(axis=0)) / observations.std(axis=0)
    variances = np.linalg.eigvalsh(standardised.T @ standardised / len(standardised))
    return int((variances > _rounding_floor(variances[-1], observations.shape[-1])).sum())


def _rounding_floor(largest: np.ndarray, n_channels: int) -> np.ndarray:
    """Return about as much variance as rounding alone leaves in a direction that has none."""
    return largest * n_channels * np.finfo(largest.dtype).eps * 10
