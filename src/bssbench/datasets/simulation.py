"""Generate data sets: sources of a family, mixed and observed with noise."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from bssbench.datasets.dataset import Dataset
from bssbench.datasets.families import load_family
from bssbench.datasets.identifier import Identifier
from bssbench.datasets.mixing import mixed
from bssbench.errors import InputError
from bssbench.parameters import closest, from_mapping, with_underscores

__all__ = ["Simulation", "simulate", "simulation_of"]

_MOST_NOISE = 10.0


@dataclass(frozen=True)
class Simulation:
    """Parameters of all simulated data sets, in addition to those of the family.

    They are stated in the id, from which the random streams derive. Only noise that is not a whole
    percentage is given as a parameter.

    Attributes
    ----------
    n_sources, n_channels, length : int
        Numbers of sources, channels and samples; 0 if not stated.
    noise : float
        Sensor noise as a fraction of each channel's standard deviation.
    condition : int or None
        Condition number of the mixing matrix; None for a well-conditioned matrix.
    outliers : int
        Percentage of samples with a gross error.
    """

    n_sources: int = 0
    n_channels: int = 0
    length: int = 0
    noise: float = 0.0
    condition: int | None = None
    outliers: int = 0

    def __post_init__(self) -> None:
        for each in fields(self):
            if (getattr(self, each.name) or 0) < 0:
                raise ValueError(f"{each.name} must not be negative")
        if self.noise > _MOST_NOISE:
            raise ValueError(f"noise must be at most {_MOST_NOISE:g}, not {self.noise:g}")
        if self.n_channels and self.n_channels < self.n_sources:
            raise ValueError(f"{self.n_channels} channels are fewer than {self.n_sources} sources")
        if self.n_sources == 1 and self.condition is not None:
            raise ValueError("a mixing matrix of one source has condition number 1 and no other")
        if self.length < 16 and self.length != 0:
            raise ValueError(f"length must be at least 16 samples, not {self.length}")


def simulation_of(identifier: Identifier, parameters: dict[str, Any]) -> tuple[Any, Simulation]:
    """Return the family and the complete simulation of an id with parameters.

    Parameters
    ----------
    identifier : Identifier
        A parsed id.
    parameters : dict of str to object
        As for `simulate`.

    Returns
    -------
    family : SourceFamily
        The family with its parameters.
    simulation : Simulation
        All values, with defaults filled in.

    Raises
    ------
    InputError
        If a parameter is unknown, has an invalid value, or belongs in the id.
    """
    where = f"data set {str(identifier)!r}"
    parameters = with_underscores(parameters, where)
    kind = load_family(identifier.stem)
    known = [field.name for field in (*fields(Simulation), *fields(kind))]
    for key in parameters:
        if key not in known:
            raise InputError(f"{where}: unknown parameter {key!r}; {closest(key, known)}")
    shared = {
        each.name: parameters.pop(each.name)
        for each in fields(Simulation)
        if each.name in parameters
    }
    source_family = from_mapping(kind, parameters, where)
    _check_not_in_id(identifier, asdict(from_mapping(Simulation, shared, where)), shared)
    stated = identifier.defaults | identifier.parameters | shared
    simulation = from_mapping(Simulation, stated, where)
    try:
        source_family.laws(simulation.n_sources)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None
    return source_family, simulation


def _check_not_in_id(identifier: Identifier, values: dict[str, Any], given: Iterable[str]) -> None:
    """Raise `InputError` if given fields of `Simulation` can be stated in the id."""
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
    """Generate a data set at its original sampling rate.

    Parameters
    ----------
    identifier : Identifier
        A parsed id.
    seeds : sequence of int
        One seed per replicate.
    parameters : dict of str to object
        Fields of the family, and ``noise`` if it is not a whole percentage.
    root_seed : int, default=0
        The experiment's seed.

    Returns
    -------
    Dataset
        One replicate per seed.

    Raises
    ------
    InputError
        If a parameter is unknown, has an invalid value, or belongs in the id.
    """
    source_family, simulation = simulation_of(identifier, parameters)
    n_sources = simulation.n_sources
    return mixed(
        # Upsampled data have the same random streams as the original data.
        str(identifier.base),
        seeds,
        root_seed,
        lambda stream: source_family.sample(stream, n_sources, simulation.length),
        simulation.n_channels,
        simulation.noise,
        identifier.mixing,
        simulation.condition,
        simulation.outliers,
        parameters=_stated(simulation)
        | asdict(source_family)
        | {"laws": source_family.laws(n_sources)},
    )


def _stated(simulation: Simulation) -> dict[str, Any]:
    """Return the values for a data set's file, without unused optional ones."""
    optional = ("condition", "outliers")
    values = asdict(simulation)
    return {name: value for name, value in values.items() if value or name not in optional}
