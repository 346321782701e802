"""Scores against an electrode that was held out: how well one component says what it recorded.

The electrode is no source: it hears the eye and the brain behind it. So a score is to be seen
between two others: its ceiling, what all components together say of the electrode, and that of the
control `random`, because the best of ten random directions has half of the ceiling already.
"""

import numpy as np

from bssbench.scores.identifiability import linear_r2
from bssbench.scores.matching import mean_correlation

__all__ = ["electrode_ceiling", "electrode_correlation"]


def electrode_correlation(electrode: np.ndarray, components: np.ndarray) -> float:
    """Return the absolute Pearson correlation of the best component with the electrode.

    Parameters
    ----------
    electrode : numpy.ndarray
        Shape (time,).
    components : numpy.ndarray
        Shape (time, component).
    """
    return mean_correlation(electrode[:, None], components)


def electrode_ceiling(electrode: np.ndarray, observations: np.ndarray) -> float:
    """Return the electrode's multiple correlation with all observations, by least squares.

    Whatever a linear method makes of these observations, its best component's correlation is at
    most this.

    Parameters
    ----------
    electrode : numpy.ndarray
        Shape (time,).
    observations : numpy.ndarray
        Shape (time, channel).
    """
    return float(np.sqrt(linear_r2(electrode[:, None], observations)[0]))
