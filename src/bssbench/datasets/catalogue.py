"""Look up and generate data sets by their ids."""

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
    """The size of a data set, known before it is generated.

    Attributes
    ----------
    length : int
        Number of time points.
    n_channels, n_sources : int
        Numbers of channels and sources.
    nonlinear : bool
        Whether the mixing is nonlinear.
    """

    length: int
    n_channels: int
    n_sources: int
    nonlinear: bool


def dataset_names() -> list[str]:
    """Return the names of all families, followed by those of all recordings.

    Returns
    -------
    list of str
        Every id of a data set begins with one of them.
    """
    return family_names() + recording_names()


def dataset_module(name: str) -> str:
    """Return the dotted name of the module that generates a data set.

    Parameters
    ----------
    name : str
        The data set's id.

    Returns
    -------
    str
        The module of the family or recording.

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
    """Return whether the data depend on the seed.

    They do for generated data sets and for recorded sources that are mixed artificially.

    Parameters
    ----------
    name : str
        The data set's id.

    Returns
    -------
    bool
        False for recorded mixtures.

    Raises
    ------
    InputError
        If there is no such data set.
    """
    identifier = parse_identifier(name)
    return not identifier.recorded or hasattr(load_recording(identifier.stem), "mix")


def is_untouched(name: str) -> bool:
    """Return whether a data set is reserved for testing, so that nothing may be tuned on it.

    Parameters
    ----------
    name : str
        The data set's id.

    Returns
    -------
    bool
        `SourceFamily.untouched` of its family; False for recordings.

    Raises
    ------
    InputError
        If there is no such data set.
    """
    identifier = parse_identifier(name)
    return not identifier.recorded and load_family(identifier.stem).untouched


def summary(name: str) -> str:
    """Return a one-line description of a family or recording.

    Parameters
    ----------
    name : str
        One of `dataset_names()`.

    Returns
    -------
    str
        For a recording, the line includes citation and licence.
    """
    if name in recording_names():
        module = load_recording(name)
        licences = sorted({file.licence for file in module.FILES})
        return f"{module.SUMMARY} [{module.CITATION}. Licence: {'; '.join(licences)}]"
    return (load_family(name).__doc__ or "").splitlines()[0]


def dataset_shape(name: str, parameters: dict[str, Any]) -> Shape:
    """Return the size of a data set without generating it.

    Parameters
    ----------
    name : str
        The data set's id.
    parameters : dict of str to object
        As for `make_dataset`.

    Returns
    -------
    Shape
        Its size.

    Raises
    ------
    InputError
        If the data set or a parameter is unknown.
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
    """Parse the id and reject parameters of a recording."""
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

    If a recording is not available, the data set has no observations, and `Dataset.unavailable`
    states the reason.

    Parameters
    ----------
    name : str
        The data set's id, such as ``gp-distinct-5``.
    seeds : sequence of int
        One seed per replicate; replicates are independent of each other.
    parameters : dict of str to object
        Fields of the family, and ``noise`` if it is not a whole percentage; empty for a recording.
    root_seed : int, default=0
        The experiment's seed.

    Returns
    -------
    Dataset
        Observations of shape (replicate, time, channel), with the true sources if they are known.

    Raises
    ------
    InputError
        If the data set or a parameter is unknown.
    """
    identifier = _parsed(name, parameters)
    if identifier.recorded:
        dataset = _recording(identifier.stem, seeds, root_seed)
    else:
        dataset = simulate(identifier, seeds, parameters, root_seed)
    return upsampled(dataset, name) if identifier.upsampled else dataset


def _recording(name: str, seeds: Sequence[int], root_seed: int) -> Dataset:
    """Return a recording, with the record or mixture of each seed, or why it is unavailable."""
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
