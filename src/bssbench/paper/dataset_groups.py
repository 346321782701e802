"""Which data sets a reader wants to see side by side, by what their ids say of them."""

from collections.abc import Iterable

from bssbench.datasets.identifier import Identifier, parse_identifier

__all__ = ["grouped"]

_PLAIN = "Linear mixing of three or four sources"
_CHANGED = "Other numbers of sources or channels, other noise, lengths or rates"
_NONLINEAR = "Nonlinear mixing"


def grouped(names: Iterable[str]) -> dict[str, list[str]]:
    """Sort data sets into groups, each under its title; a recording is a group of its own.

    Groups are in the order plain, changed, nonlinear, recordings; within one, the order is kept.

    Raises
    ------
    InputError
        If a name is no data set's id.
    """
    groups: dict[str, list[str]] = {_PLAIN: [], _CHANGED: [], _NONLINEAR: []}
    for name in names:
        groups.setdefault(_title(parse_identifier(name)), []).append(name)
    return {title: members for title, members in groups.items() if members}


def _title(identifier: Identifier) -> str:
    if identifier.recorded:
        return str(identifier)
    if identifier.mixing != "linear":
        return _NONLINEAR
    few = identifier.n_sources in (None, 3, 4)
    plain = identifier == Identifier(identifier.stem, identifier.n_sources)
    return _PLAIN if plain and few else _CHANGED
