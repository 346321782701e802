"""Whether a method finds the same sources again from another initialisation.

That needs no truth. It tells what a method's answer owes to chance, and not whether it is right: a
method may always fall for the same wrong sources.
"""

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.measures.matching import mean_correlation
from bssbench.scores.record import Score
from bssbench.separation import Separation

__all__ = ["SCORES", "agreement"]


def agreement(sources: np.ndarray, index: int) -> float:
    """Return the mean over the other initialisations of the mean matched absolute correlation.

    Parameters
    ----------
    sources : numpy.ndarray
        Shape (initialisation, time, source), estimates of the same sources.
    index : int
        Which of them is held to the others. What diverged of these is left out.

    Raises
    ------
    NotApplicable
        If no other is left.
    """
    finite = np.isfinite(sources).all(axis=(1, 2))
    others = [other for other in np.flatnonzero(finite) if other != index]
    if not others:
        raise NotApplicable("no other initialisation has finite sources")
    return float(np.mean([mean_correlation(sources[index], sources[other]) for other in others]))


def _several_initialisations(dataset: Dataset, separation: Separation) -> bool:
    """Return whether seeds differ in nothing but how they start; a deterministic method has one."""
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
