"""Making a data set: sources of a family, mixed and observed with noise."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.datasets.families import load_family
from bssbench.datasets.identifier import DEFAULT_NOISE, Identifier, default_length
from bssbench.datasets.mixing import add_noise, distort, mixing_matrix, standardised
from bssbench.errors import InputError
from bssbench.parameters import closest, from_mapping, with_underscores
from bssbench.randomness import generator

__all__ = ["Simulation", "simulate", "simulation_of"]

_MOST_NOISE = 10.0


@dataclass(frozen=True)
class Simulation:
    """What every simulated data set is told, beside its family's own parameters.

    By its id, because another id has other random streams; only noise of no whole percent is a
    parameter.

    Attributes
    ----------
    n_sources : int
        Number of sources; 0 means the family's own default.
    n_channels : int
        Number of channels; 0 means as many as sources.
    length : int
        Number of samples in time; 0 means `default_length` of the number of sources.
    noise : float
        Sensor noise as a fraction of each channel's standard deviation; some families have
        another default.
    """

    n_sources: int = 0
    n_channels: int = 0
    length: int = 0
    noise: float = DEFAULT_NOISE

    def __post_init__(self) -> None:
        if min(self.n_sources, self.n_channels) < 0 or self.noise < 0:
            raise ValueError("n_sources, n_channels and noise must not be negative")
        if self.noise > _MOST_NOISE:
            raise ValueError(f"noise must be at most {_MOST_NOISE:g}, not {self.noise:g}")
        if self.n_channels and self.n_channels < self.n_sources:
            raise ValueError(f"{self.n_channels} channels are fewer than {self.n_sources} sources")
        if self.length < 16 and self.length != 0:
            raise ValueError(f"length must be at least 16 samples, not {self.length}")


def simulation_of(identifier: Identifier, parameters: dict[str, Any]) -> tuple[Any, Simulation]:
    """Resolve an id and parameters into a family and a complete `Simulation`.

    Raises
    ------
    InputError
        For an unknown parameter, an impossible value, or a parameter that belongs in the id.
    """
    where = f"data set {str(identifier)!r}"
    parameters = with_underscores(parameters, where)
    kind = load_family(identifier.stem)
    shared = {key: parameters[key] for key in Simulation.__dataclass_fields__ if key in parameters}
    own = {key: value for key, value in parameters.items() if key not in shared}
    known = {*Simulation.__dataclass_fields__, *kind.__dataclass_fields__}
    for key in own:
        if key not in known:
            raise InputError(f"{where}: unknown parameter {key!r}; {closest(key, known)}")
    source_family = from_mapping(kind, own, where)
    _refuse_parts_of_the_id(identifier, asdict(from_mapping(Simulation, shared, where)), shared)
    noise = getattr(kind, "default_noise", DEFAULT_NOISE)
    stated = {"noise": noise} | identifier.parameters | shared
    values = asdict(from_mapping(Simulation, stated, where))
    values["n_sources"] = values["n_sources"] or kind.default_n_sources
    values["n_channels"] = values["n_channels"] or values["n_sources"]
    values["length"] = values["length"] or default_length(values["n_sources"])
    simulation = from_mapping(Simulation, values, where)
    try:
        source_family.laws(simulation.n_sources)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None
    return source_family, simulation


def _refuse_parts_of_the_id(
    identifier: Identifier, values: dict[str, Any], given: Iterable[str]
) -> None:
    """Raise `InputError` with the id to write if one can say the given fields of `Simulation`."""
    parts: dict[str, int | None] = {key: values[key] or None for key in given if key != "noise"}
    percent = round(100 * values["noise"])
    sayable = percent / 100 == values["noise"]
    if "noise" in given and (sayable or identifier.noise is not None):
        parts["noise"] = percent if sayable else None
    if parts:
        better = replace(identifier, **parts).canonical()  # type: ignore[arg-type]
        hint = "" if sayable else f" and keep noise={values['noise']}"
        raise InputError(
            f"data set {str(identifier)!r}: the id alone says {' and '.join(parts)}; "
            f"write {str(better)!r}{hint}"
        )


def simulate(
    identifier: Identifier, seeds: Sequence[int], parameters: dict[str, Any], root_seed: int = 0
) -> Dataset:
    """Generate a data set for each seed, at its original rate.

    Parameters
    ----------
    identifier : Identifier
        The data set's id; the random streams derive from it.
    seeds : sequence of int
        One replicate each; a replicate does not depend on the others.
    parameters : dict
        Fields of the family; ``noise`` if it is no whole percent.
    root_seed : int
        The experiment's seed.

    Raises
    ------
    InputError
        For an unknown parameter, an impossible value, or a parameter that belongs in the id.
    """
    source_family, simulation = simulation_of(identifier, parameters)
    # The data at four times the rate are these data: the same random streams.
    name = str(identifier.base)
    n_sources, n_channels = simulation.n_sources, simulation.n_channels
    sources, matrices, observations = [], [], []
    for seed in seeds:
        drawn = source_family.sample(
            generator(root_seed, name, "sources", seed), n_sources, simulation.length
        )
        replicate = standardised(drawn)
        mixing_generator = generator(root_seed, name, "mixing", seed)
        matrix = mixing_matrix(mixing_generator, n_channels, n_sources)
        channels = distort(mixing_generator, matrix @ replicate, identifier.mixing)
        noise_generator = generator(root_seed, name, "noise", seed)
        sources.append(replicate.T)
        matrices.append(matrix)
        observations.append(add_noise(noise_generator, channels, simulation.noise).T)
    linear = identifier.mixing == "linear"
    return Dataset(
        name=name,
        seeds=tuple(seeds),
        observations=np.stack(observations),
        n_sources=n_sources,
        mixing="linear" if linear else "nonlinear",
        sources=np.stack(sources),
        mixing_matrix=np.stack(matrices) if linear else None,
        parameters=asdict(simulation)
        | asdict(source_family)
        | {"laws": source_family.laws(n_sources)},
    )
