"""Problems and signals that laws are held on."""

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
    """Return the problem of a data set, or of some of its replicates, with `changes`."""
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
    """Return a method that trains for a moment, if it trains at all."""
    return load_method(name, (_QUICK if trains(name) else {}) | parameters)


def two_hearts() -> tuple[np.ndarray, list[np.ndarray]]:
    """Return ten seconds at 250 Hz of a mother's and a child's heart, and their beats.

    Returns
    -------
    signals : numpy.ndarray
        Shape (time, heart).
    beats : list of numpy.ndarray
        Of each heart, in seconds.
    """
    seconds = np.arange(2500) / 250
    beats = [np.arange(0.3, 9.8, interval) for interval in (0.74, 0.45)]
    # A sharp wave and a slow one after it; the child's is the narrower.
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
