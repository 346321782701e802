"""Problems, methods and signals for the conformance tests and for tests of plug-ins."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.methods import Problem, load_method
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.randomness import seed_sequence

__all__ = ["problem_of", "quick_method", "trains", "two_hearts"]

_QUICK = {"steps": 12, "restarts": 2}


def problem_of(dataset: Dataset, chosen: Sequence[int] | None = None, **changes: Any) -> Problem:
    """Return the separation problem of a data set.

    Parameters
    ----------
    dataset : Dataset
        The data set.
    chosen : sequence of int, optional
        Indices of the replicates to include; all by default.
    **changes : object
        Fields of `Problem` that replace those of the data set.

    Returns
    -------
    Problem
        With the seeds that `bssbench separate` would use.
    """
    rows = list(range(len(dataset.seeds))) if chosen is None else list(chosen)
    values: dict[str, Any] = {
        "observations": dataset.observations[rows],
        "n_sources": dataset.n_sources,
        "seeds": [
            seed_sequence(0, dataset.name, "initialisation", dataset.seeds[row]) for row in rows
        ],
        "nonlinear": dataset.mixing == "nonlinear",
        "sources": None if dataset.sources is None else dataset.sources[rows],
    }
    return Problem(**(values | changes))


def trains(name: str) -> bool:
    """Return whether a method is a VAE."""
    return isinstance(load_method(name, {}), VariationalMethod)


def quick_method(name: str, **parameters: Any) -> Any:
    """Return a method that is quick to run: a VAE trains for 12 steps with 2 restarts.

    Parameters
    ----------
    name : str
        The method's name.
    **parameters : object
        Parameters of the method; they take precedence over the quick ones.

    Returns
    -------
    Method
        The method.
    """
    return load_method(name, (_QUICK if trains(name) else {}) | parameters)


def two_hearts() -> tuple[np.ndarray, list[np.ndarray]]:
    """Return simulated signals of a mother's and a child's heart, and the times of their beats.

    Returns
    -------
    signals : numpy.ndarray, shape (2500, 2)
        Ten seconds sampled at 250 Hz: samples in rows, hearts (mother, child) in columns.
    beats : list of numpy.ndarray
        The times of each heart's beats, in seconds.
    """
    seconds = np.arange(2500) / 250
    beats = [np.arange(0.3, 9.8, interval) for interval in (0.74, 0.45)]
    # Each beat is a sharp wave followed by a slow one; the child's are narrower.
    signals = [
        np.sum(
            [
                np.exp(-0.5 * ((seconds - beat) / width) ** 2)
                - 0.3 * np.exp(-0.5 * ((seconds - beat - 0.15) / (4 * width)) ** 2)
                for beat in own
            ],
            axis=0,
        )
        for own, width in zip(beats, (0.012, 0.008), strict=True)
    ]
    return np.stack(signals, axis=1), beats
