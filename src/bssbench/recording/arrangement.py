"""Conventions for what a separation leaves open: the order, sign and scale of sources."""

from dataclasses import dataclass

import numpy as np

__all__ = ["Arranged", "arrange"]


@dataclass(frozen=True)
class Arranged:
    """Sources in the order of explained variance.

    Attributes
    ----------
    sources : numpy.ndarray
        Shape (time, source), with mean zero and unit variance. The sign of each source is positive
        on the channel where it has the largest weight relative to the channel's standard deviation.
    mixing_matrix : numpy.ndarray
        Shape (channel, source), in the units of the file: the sensor patterns, by least squares of
        the observations on the sources. Observations are their mean + mixing_matrix · sources +
        residual.
    unmixing_matrix : numpy.ndarray or None
        Shape (source, channel), in the units of the file, if the method is linear: sources =
        unmixing_matrix · (observations − mean).
    explained : numpy.ndarray
        Shape (source,), the share of the variance of the channels that each source explains, with
        every channel scaled to unit variance. For uncorrelated sources the shares add up.
    uncertainty : numpy.ndarray or None
        Shape (source,), posterior standard deviations on the scale of `sources`.
    order : numpy.ndarray
        Shape (source,), index of each source in the output of the method.
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
    """Order sources by explained variance, and fix their signs and scale.

    Parameters
    ----------
    sources : numpy.ndarray
        Shape (time, source), the output of a method.
    observations : numpy.ndarray
        Shape (time, channel), the input of the method.
    scale : numpy.ndarray
        Shape (channel,): `observations` times this are in the units of the file.
    unmixing_matrix : numpy.ndarray, optional
        Shape (source, channel), for `observations`.
    uncertainty : numpy.ndarray, optional
        Shape (source,), on the scale of `sources`.
    """
    deviations = sources.std(axis=0)
    # A source without variance stays zero.
    deviations = np.where(deviations > 0, deviations, 1.0)
    unit = (sources - sources.mean(axis=0)) / deviations
    spread = observations.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    # By the normal equations, whose products need no copy of the (time, …) arrays.
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
