"""Agreement of the sources that a method finds from different initialisations.

This score does not need the true sources. It measures the effect of the initialisation, not the
correctness of the result: a method may always find the same wrong sources.
"""

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.measures.matching import mean_correlation
from bssbench.scores.record import Score
from bssbench.separation import Separation

__all__ = ["SCORES", "agreement"]


def agreement(sources: np.ndarray, index: int) -> float:
    """Return the mean absolute correlation with the matched sources of other initialisations.

    Parameters
    ----------
    sources : numpy.ndarray
        Shape (initialisation, time, source), estimates of the same sources.
    index : int
        The initialisation to compare with the others; diverged ones are left out.

    Returns
    -------
    float
        Mean over the other initialisations.

    Raises
    ------
    NotApplicable
        If there is no other initialisation.
    """
    finite = np.isfinite(sources).all(axis=(1, 2))
    others = [other for other in np.flatnonzero(finite) if other != index]
    if not others:
        raise NotApplicable("no other initialisation has finite sources")
    return float(np.mean([mean_correlation(sources[index], sources[other]) for other in others]))


def _several_initialisations(dataset: Dataset, separation: Separation) -> bool:
    """Return whether seeds differ only in their initialisation, and there is more than one."""
    return dataset.fixed and len(separation.sources) > 1


SCORES = (
    Score(
        name="agreement",
        compute=lambda replicate: agreement(replicate.separation.sources, replicate.index),
        needs=lambda _: None,
        applies=_several_initialisations,
        description="mean absolute correlation with the matched sources that other seeds find in "
        "the same recording; 1 is the same sources each time",
        caption="agreement of initialisations (mean absolute correlation of the matched sources of "
        "each two seeds; higher is better)",
        tolerance=0.1,
        across_seeds=True,
        position=60,
    ),
)
