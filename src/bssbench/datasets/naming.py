"""Construct the id of a data set from its values, the inverse of parsing an id."""

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
    """Return the names of all values that can be set for a family's data.

    Parameters
    ----------
    family : str
        The family.

    Returns
    -------
    list of str
        The values stated in ids and the parameters of the family.

    Raises
    ------
    InputError
        If there is no such family.
    """
    if family not in family_names():
        raise InputError(f"{family!r} is no family of sources; {closest(family, family_names())}")
    return ["mixing", *_SIMULATED, *(field.name for field in fields(load_family(family)))]


def name_data(family: str, values: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the id of a family's data with given values, and the parameters not stated in the id.

    Parameters
    ----------
    family : str
        The family.
    values : mapping of str to object
        Fields of the family and of `Simulation`, with noise as a fraction, and ``mixing`` as in an
        id.

    Returns
    -------
    name : str
        The id, without default values.
    parameters : dict of str to object
        Fields of the family, and ``noise`` if it is not a whole percentage.

    Raises
    ------
    InputError
        If the family or a value is unknown, or a value is invalid.
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
    # The parser rejects numbers beyond their limits and unknown kinds of mixing.
    if parse_identifier(str(identifier)) != identifier:
        raise InputError(
            f"{where}: no mixing {parts['mixing']!r}; it is linear, post-nonlinear or mlp-L"
        )
    simulation_of(identifier, parameters)
    return str(identifier), parameters
