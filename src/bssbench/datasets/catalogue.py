"""From a data set's id to its making.

The id of a generated data set is its family, followed by its mixing where that is not linear:
`gp-distinct`, `gp-distinct-post-nonlinear`. A recording's id is its module's name: `modal-frame`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.datasets.families import family_names, load_family
from bssbench.datasets.recordings import load_recording, recording_names
from bssbench.datasets.remote_files import locate
from bssbench.datasets.simulation import MIXINGS, simulate, simulation_of
from bssbench.errors import InputError, NotApplicable
from bssbench.settings import closest

__all__ = ["Shape", "dataset_module", "dataset_names", "dataset_shape", "make_dataset", "summary"]


@dataclass(frozen=True)
class Shape:
    """The size of a data set, known before it is made."""

    length: int
    n_channels: int
    n_sources: int
    nonlinear: bool


def dataset_names() -> list[str]:
    """Return every id, generated data sets first."""
    generated = [
        family if mixing == "linear" else f"{family}-{mixing}"
        for family in family_names()
        for mixing in MIXINGS
    ]
    return generated + recording_names()


def _parts(name: str) -> tuple[str, str]:
    """Split a generated data set's id into (family, mixing)."""
    for mixing in MIXINGS:
        family = name.removesuffix(f"-{mixing}")
        if family != name and family in family_names():
            return family, mixing
    if name in family_names():
        return name, "linear"
    raise InputError(f"unknown data set {name!r}; {closest(name, dataset_names())}")


def dataset_module(name: str) -> str:
    """Return the dotted name of the module that data set `name` is made by.

    Raises
    ------
    InputError
        If there is no such data set.
    """
    if name in recording_names():
        return load_recording(name).__name__
    return str(load_family(_parts(name)[0]).__module__)


def summary(name: str) -> str:
    """Return one line about the data set, with the citation and licence of a recording."""
    if name in recording_names():
        module = load_recording(name)
        licences = sorted({file.licence for file in module.FILES})
        return f"{module.SUMMARY} [{module.CITATION}. Licence: {'; '.join(licences)}]"
    family, mixing = _parts(name)
    line = (load_family(family).__doc__ or "").splitlines()[0]
    return line if mixing == "linear" else f"{line} Mixing: {mixing}."


def dataset_shape(name: str, parameters: dict[str, Any]) -> Shape:
    """Return the size that data set `name` will have.

    Raises
    ------
    InputError
        For an unknown data set or parameter.
    """
    if name in recording_names():
        _refuse_parameters(name, parameters)
        module = load_recording(name)
        return Shape(module.LENGTH, module.N_CHANNELS, module.N_SOURCES, False)
    family, mixing = _parts(name)
    _, simulation = simulation_of(name, family, parameters)
    return Shape(
        simulation.length,
        simulation.n_channels,
        simulation.n_sources,
        nonlinear=mixing != "linear",
    )


def _refuse_parameters(name: str, parameters: dict[str, Any]) -> None:
    if parameters:
        raise InputError(
            f"data set {name!r}: a recording has no parameter {sorted(parameters)[0]!r}"
        )


def make_dataset(
    name: str, seeds: Sequence[int], parameters: dict[str, Any], root_seed: int = 0
) -> Dataset:
    """Generate or fetch data set `name` for `seeds`.

    A recording that can't be had becomes a data set without observations that says why.

    Raises
    ------
    InputError
        For an unknown data set or parameter.
    """
    if name not in recording_names():
        family, mixing = _parts(name)
        return simulate(name, family, mixing, seeds, parameters, root_seed)
    _refuse_parameters(name, parameters)
    module = load_recording(name)
    try:
        paths = locate(module.FILES)
    except NotApplicable as reason:
        return Dataset(
            name=name,
            seeds=tuple(seeds),
            observations=np.empty((len(seeds), 0, module.N_CHANNELS)),
            n_sources=module.N_SOURCES,
            mixing="unknown",
            fixed=True,
            unavailable=str(reason),
        )
    if hasattr(module, "mix"):
        mixed: Dataset = module.mix(paths, seeds, root_seed)
        return mixed
    recording: Dataset = module.prepare(paths)
    shape = (len(seeds), *recording.observations.shape[1:])
    return replace(
        recording,
        seeds=tuple(seeds),
        observations=np.broadcast_to(recording.observations[0], shape),
    )
