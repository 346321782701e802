"""From a data set's id to its making."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.datasets.families import family_names, load_family
from bssbench.datasets.identifier import Identifier, parse_identifier
from bssbench.datasets.recordings import load_recording, recording_names
from bssbench.datasets.remote_files import locate
from bssbench.datasets.resampling import FACTOR, upsampled
from bssbench.datasets.simulation import simulate, simulation_of
from bssbench.errors import InputError, NotApplicable

__all__ = [
    "Shape",
    "dataset_module",
    "dataset_names",
    "dataset_shape",
    "is_untouched",
    "make_dataset",
    "makes_new_data",
    "summary",
]


@dataclass(frozen=True)
class Shape:
    """The size of a data set, known before it is made."""

    length: int
    n_channels: int
    n_sources: int
    nonlinear: bool


def dataset_names() -> list[str]:
    """Return all families, then all recordings: what an id begins with."""
    return family_names() + recording_names()


def dataset_module(name: str) -> str:
    """Return the dotted name of the module that data set `name` is made by.

    Raises
    ------
    InputError
        If there is no such data set.
    """
    identifier = parse_identifier(name)
    if identifier.recorded:
        return load_recording(identifier.stem).__name__
    return str(load_family(identifier.stem).__module__)


def makes_new_data(name: str) -> bool:
    """Return whether another seed makes other data of `name`: no recording, or one mixed here.

    Raises
    ------
    InputError
        If there is no such data set.
    """
    identifier = parse_identifier(name)
    return not identifier.recorded or hasattr(load_recording(identifier.stem), "mix")


def is_untouched(name: str) -> bool:
    """Return whether data set `name` is of a family that nothing may be chosen on.

    Raises
    ------
    InputError
        If there is no such data set.
    """
    identifier = parse_identifier(name)
    return not identifier.recorded and load_family(identifier.stem).untouched


def summary(name: str) -> str:
    """Return one line about a family, or about a recording with its citation and licence."""
    if name in recording_names():
        module = load_recording(name)
        licences = sorted({file.licence for file in module.FILES})
        return f"{module.SUMMARY} [{module.CITATION}. Licence: {'; '.join(licences)}]"
    return (load_family(name).__doc__ or "").splitlines()[0]


def dataset_shape(name: str, parameters: dict[str, Any]) -> Shape:
    """Return the size that data set `name` will have.

    Raises
    ------
    InputError
        For an unknown data set or parameter.
    """
    identifier = _parsed(name, parameters)
    factor = FACTOR if identifier.upsampled else 1
    if identifier.recorded:
        module = load_recording(identifier.stem)
        return Shape(factor * module.LENGTH, module.N_CHANNELS, module.N_SOURCES, False)
    _, simulation = simulation_of(identifier, parameters)
    return Shape(
        factor * simulation.length,
        simulation.n_channels,
        simulation.n_sources,
        nonlinear=identifier.mixing != "linear",
    )


def _parsed(name: str, parameters: dict[str, Any]) -> Identifier:
    """Take the id apart, and reject parameters that a recording has not."""
    identifier = parse_identifier(name)
    if identifier.recorded and parameters:
        raise InputError(
            f"data set {name!r}: a recording has no parameter {sorted(parameters)[0]!r}"
        )
    return identifier


def make_dataset(
    name: str, seeds: Sequence[int], parameters: dict[str, Any], root_seed: int = 0
) -> Dataset:
    """Generate or fetch a data set.

    A recording that can't be had becomes a data set without observations that says why.

    Parameters
    ----------
    name : str
        The data set's id.
    seeds : sequence of int
        One replicate each; a replicate does not depend on the others.
    parameters : dict
        Fields of the family, and ``noise`` if it is no whole percent; none for a recording.
    root_seed : int
        The experiment's seed.

    Raises
    ------
    InputError
        For an unknown data set or parameter.
    """
    identifier = _parsed(name, parameters)
    if identifier.recorded:
        dataset = _recording(identifier.stem, seeds, root_seed)
    else:
        dataset = simulate(identifier, seeds, parameters, root_seed)
    return upsampled(dataset, name) if identifier.upsampled else dataset


def _recording(name: str, seeds: Sequence[int], root_seed: int) -> Dataset:
    """Return the recording: a seed's record unless it's mixed here, or why there is none."""
    module = load_recording(name)
    n_records = getattr(module, "N_RECORDS", 1)
    try:
        paths = locate(module.FILES)
    except NotApplicable as reason:
        missing = {"observations": np.empty((0, module.N_CHANNELS)), "unavailable": str(reason)}
        records: list[dict[str, Any]] = [missing] * n_records
    else:
        if hasattr(module, "mix"):
            mixed: Dataset = module.mix(paths, seeds, root_seed)
            return mixed
        n_files = len(paths) // n_records
        parts = [paths[i * n_files : (i + 1) * n_files] for i in range(n_records)]
        records = [module.prepare(part) for part in parts]
    of_seeds = [records[seed % n_records] for seed in seeds]
    arrays: dict[str, Any] = {
        key: np.stack([record[key] for record in of_seeds])
        for key in ("observations", "reference_signals")
        if key in records[0]
    }
    return Dataset(
        name=name,
        seeds=tuple(seeds),
        n_sources=module.N_SOURCES,
        mixing="unknown",
        fixed=n_records == 1,
        **(records[0] | arrays),
    )
