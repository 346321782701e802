"""Stack data sets of equal shape, so that a method can run on all of them at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError

__all__ = ["make_block", "stacked"]

_ARRAYS = ("observations", "sources", "mixing_matrix")


def make_block(
    name: str, points: Iterable[Mapping[str, Any]], seeds: Sequence[int], root_seed: int = 0
) -> Dataset:
    """Generate data sets and stack them.

    Parameters
    ----------
    name : str
        Name of the stacked data set.
    points : iterable of mapping
        The ``name``, ``id`` and ``parameters`` of each data set. The random streams derive from the
        id, so that data sets with the same id have the same random numbers.
    seeds : sequence of int
        The seeds of each data set.
    root_seed : int, default=0
        The experiment's seed.

    Returns
    -------
    Dataset
        The stacked data set.

    Raises
    ------
    InputError
        If a data set does not exist, or if they cannot be stacked.
    """
    made = []
    for point in points:
        try:
            identifier, parameters = point["id"], dict(point["parameters"])
            own_name = str(point["name"])
        except (KeyError, TypeError, ValueError):
            raise InputError(
                f"block {name!r}: a point has 'name', 'id' and 'parameters', not {point!r}"
            ) from None
        dataset = make_dataset(identifier, seeds, parameters, root_seed)
        made.append(replace(dataset, name=own_name, identifier=identifier))
    return stacked(name, made)


def stacked(name: str, datasets: Sequence[Dataset]) -> Dataset:
    """Stack simulated data sets of equal shape.

    Parameters
    ----------
    name : str
        Name of the stacked data set.
    datasets : sequence of Dataset
        At least one.

    Returns
    -------
    Dataset
        Its `points` describe the data sets.

    Raises
    ------
    InputError
        If there are no data sets, if they are recordings, or if their shapes differ.
    """
    kinds = {
        (each.observations.shape, each.n_sources, each.mixing, each.sources is None)
        for each in datasets
    }
    if len(kinds) != 1 or datasets[0].sources is None:
        raise InputError(f"block {name!r}: only simulated data of one shape can be stacked")
    arrays: dict[str, Any] = {
        array: np.concatenate([getattr(each, array) for each in datasets])
        for array in _ARRAYS
        if getattr(datasets[0], array) is not None
    }
    return Dataset(
        name=name,
        seeds=tuple(seed for each in datasets for seed in each.seeds),
        n_sources=datasets[0].n_sources,
        mixing=datasets[0].mixing,
        points=tuple(
            {"name": each.name, "id": each.identifier or each.name, "parameters": each.parameters}
            for each in datasets
        ),
        **arrays,
    )
