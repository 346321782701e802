"""Scores based on a held-out electrode: its correlation with the best component.

An electrode near an eye is not a source, because it also records brain activity. An electrode on
the fetal scalp records only the fetal heart, but this signal may be weak on the mother's abdomen.
The score should therefore be compared with two others: its ceiling, the multiple correlation of the
electrode with all components, and the score of the control `random`, because the best of ten random
directions already reaches half of the ceiling.
"""

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.scores.measures.identifiability import linear_r2
from bssbench.scores.measures.matching import mean_correlation
from bssbench.scores.record import Replicate, Score

__all__ = ["SCORES", "electrode_ceiling", "electrode_correlation"]


def electrode_correlation(electrode: np.ndarray, components: np.ndarray) -> float:
    """Return the absolute Pearson correlation of the best component with the electrode.

    Parameters
    ----------
    electrode : numpy.ndarray
        Shape (time,).
    components : numpy.ndarray
        Shape (time, component).

    Returns
    -------
    float
        From 0 to 1.
    """
    return mean_correlation(electrode[:, None], components)


def electrode_ceiling(electrode: np.ndarray, observations: np.ndarray) -> float:
    """Return the multiple correlation of the electrode with all observations, by least squares.

    This is the upper limit of `electrode_correlation` for every linear method.

    Parameters
    ----------
    electrode : numpy.ndarray
        Shape (time,).
    observations : numpy.ndarray
        Shape (time, channel).

    Returns
    -------
    float
        From 0 to 1.
    """
    return float(np.sqrt(linear_r2(electrode[:, None], observations)[0]))


def _scores(name: str, position: int) -> tuple[Score, Score]:
    """Return the correlation and the ceiling for an electrode."""

    def needs(dataset: Dataset) -> None:
        dataset.references(name)

    def electrode(replicate: Replicate) -> np.ndarray:
        return replicate.dataset.references(name)[replicate.index, :, 0]

    def correlation(replicate: Replicate) -> float:
        return electrode_correlation(electrode(replicate), replicate.estimated)

    def ceiling(replicate: Replicate) -> float:
        observations = replicate.dataset.observations[replicate.index]
        return electrode_ceiling(electrode(replicate), observations)

    return (
        Score(
            name=f"{name.lower()}_correlation",
            compute=correlation,
            needs=needs,
            description="absolute correlation of the best component with held-out electrode "
            f"{name}",
            caption=f"correlation of the best component with electrode {name} (higher is better)",
            tolerance=0.1,
            axis=f"correlation\nwith {name}",
            headline=True,
            position=position,
        ),
        Score(
            name=f"{name.lower()}_ceiling",
            compute=ceiling,
            needs=needs,
            description=f"multiple correlation of {name} with all observations: no component has "
            "more",
            caption=f"multiple correlation of {name} with all observations, the ceiling of that",
            tolerance=1e-6,
            position=position + 1,
        ),
    )


SCORES = (*_scores("EOG1", 30), *_scores("EOG2", 32), *_scores("scalp", 34))
