"""The conventions that settle what a separation leaves open: order, sign and scale of sources."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Arranged", "arrange"]


@dataclass(frozen=True)
class Arranged:
    """Sources in the order of the variance that they explain.

    Attributes
    ----------
    sources : numpy.ndarray
        Shape (time, source), of mean zero and unit variance. The channel that a source weighs most
        in, by its own standard deviation, has it with a positive sign.
    mixing_matrix : numpy.ndarray
        Shape (channel, source), in the file's units: the sensor patterns, by least squares of the
        observations on the sources. Observations are their mean + mixing_matrix · sources + what is
        left.
    unmixing_matrix : numpy.ndarray or None
        Shape (source, channel), in the file's units, where the method is linear: sources =
        unmixing_matrix · (observations − mean).
    explained : numpy.ndarray
        Shape (source,), of each source the share of the channels' variance that it makes, each
        channel at unit variance. Of uncorrelated sources they sum up to what all explain.
    uncertainty : numpy.ndarray or None
        Shape (source,), posterior standard deviations in the scale of `sources`.
    order : numpy.ndarray
        Shape (source,), which of the method's sources each is.
    """

    sources: np.ndarray
    mixing_matrix: np.ndarray
    unmixing_matrix: np.ndarray | None
    explained: np.ndarray
    uncertainty: np.ndarray | None
    order: np.ndarray


def arrange(
    sources: np.ndarray,
    observations: np.ndarray,
    scale: np.ndarray,
    unmixing_matrix: np.ndarray | None = None,
    uncertainty: np.ndarray | None = None,
) -> Arranged:
    """Order sources by explained variance, choose their signs, and set their scale.

    Parameters
    ----------
    sources : numpy.ndarray
        Shape (time, source), as a method found them.
    observations : numpy.ndarray
        Shape (time, channel), what the method was given.
    scale : numpy.ndarray
        Shape (channel,): observations in the file's unit are `observations` times this.
    unmixing_matrix : numpy.ndarray, optional
        Shape (source, channel), of `observations`.
    uncertainty : numpy.ndarray, optional
        Shape (source,), in the scale of `sources`.
    """
    deviations = sources.std(axis=0)
    # A source without any variance stays zero.
    deviations = np.where(deviations > 0, deviations, 1.0)
    unit = (sources - sources.mean(axis=0)) / deviations
    spread = observations.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    # By the normal equations, in products of (time, …) arrays that need no copy of them.
    cross = (unit.T @ observations) / len(unit)
    patterns = np.linalg.lstsq(unit.T @ unit / len(unit), cross, rcond=None)[0].T
    relative = patterns / spread[:, None]
    explained = (relative**2).mean(axis=0) * (sources.std(axis=0) > 0)
    order = np.argsort(-explained, kind="stable")
    largest = np.abs(relative).argmax(axis=0)
    signs = np.where(np.take_along_axis(relative, largest[None], axis=0)[0] < 0, -1.0, 1.0)
    factors = (signs / deviations)[order]
    return Arranged(
        sources=unit[:, order] * signs[order],
        mixing_matrix=(patterns * signs * scale[:, None])[:, order],
        unmixing_matrix=None
        if unmixing_matrix is None
        else unmixing_matrix[order] * factors[:, None] / scale,
        explained=explained[order],
        uncertainty=None if uncertainty is None else uncertainty[order] * np.abs(factors),
        order=order,
    )
