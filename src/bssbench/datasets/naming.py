"""From values of a family's data to the id that says them, the inverse of taking an id apart."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from bssbench.datasets.families import family_names, load_family
from bssbench.datasets.identifier import Identifier, parse_identifier
from bssbench.datasets.simulation import Simulation, simulation_of
from bssbench.errors import InputError
from bssbench.parameters import closest, from_mapping, with_underscores

__all__ = ["name_data", "value_names"]

_SIMULATED = tuple(field.name for field in fields(Simulation))
_MAY_BE_ZERO = ("noise", "outliers")


def value_names(family: str) -> list[str]:
    """Return what a family's data can be told: what an id says, and the family's parameters.

    Raises
    ------
    InputError
        If there is no such family.
    """
    if family not in family_names():
        raise InputError(f"{family!r} is no family of sources; {closest(family, family_names())}")
    return ["mixing", *_SIMULATED, *(field.name for field in fields(load_family(family)))]


def name_data(family: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the id of a family's data with these values, and the parameters that it can't say.

    Parameters
    ----------
    family : str
        The family.
    values : mapping
        Fields of the family and of `Simulation`, noise as a fraction; ``mixing`` as in an id.

    Returns
    -------
    name : str
        The id, which states no default.
    parameters : dict
        Fields of the family, and ``noise`` where it is no whole percent.

    Raises
    ------
    InputError
        For an unknown family or value, or an impossible one.
    """
    where = f"family {family!r}"
    known = value_names(family)
    given = with_underscores(values, where)
    for key in given:
        if key not in known:
            raise InputError(f"{where}: unknown parameter {key!r}; {closest(key, known)}")
    stated = {key: given[key] for key in _SIMULATED if key in given}
    parameters = {k: value for k, value in given.items() if k not in (*_SIMULATED, "mixing")}
    simulation = from_mapping(Simulation, stated, where)
    for key, value in stated.items():
        if value == 0 and key not in _MAY_BE_ZERO:
            raise InputError(f"{where}: {key} must be at least 1, not 0")
    parts: dict[str, Any] = stated | {"mixing": given.get("mixing", "linear")}
    if "noise" in stated:
        percent = round(100 * simulation.noise)
        if percent / 100 == simulation.noise:
            parts["noise"] = percent
        else:
            del parts["noise"]
            parameters["noise"] = simulation.noise
    if not isinstance(parts["mixing"], str):
        raise InputError(f"{where}: mixing must be text, not {parts['mixing']!r}")
    identifier = Identifier(family, **parts).canonical()
    # Its own reader says what is too large, or no kind of mixing.
    if parse_identifier(str(identifier)) != identifier:
        raise InputError(
            f"{where}: no mixing {parts['mixing']!r}; it is linear, post-nonlinear or mlp-L"
        )
    simulation_of(identifier, parameters)
    return str(identifier), parameters
