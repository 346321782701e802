"""Methods under the names that an experiment gives them: themselves, or variants of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bssbench.errors import InputError
from bssbench.methods import control_names, method_modules, method_names

__all__ = ["MethodEntry", "name_method"]

# As methods are named: names of folders, too.
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class MethodEntry:
    """A method of an experiment.

    Attributes
    ----------
    name : str
        What the experiment calls it: its cells' folder, and its rows everywhere.
    base : str
        The method that it is, of the same name unless it is a variant.
    parameters : dict
        Of the method, where they are not its defaults.
    cpu_seconds : int
        Limit of each of its cells.
    modules : tuple of str
        Dotted names of the modules that it starts from.
    """

    name: str
    base: str
    parameters: dict[str, Any]
    cpu_seconds: int
    modules: tuple[str, ...]


def name_method(
    name: str, base: str, parameters: Mapping[str, Any], cpu_seconds: int, where: str
) -> MethodEntry:
    """Return the method `base` under a name; `where` names the place in a message.

    Raises
    ------
    InputError
        For an unknown method or parameter, an impossible value, or a variant's name that another
        method has or that no folder should have. A control has no variants: under another name it
        would take part in comparisons.
    """
    if base != name:
        if name in method_names():
            raise InputError(
                f"{where}: {name!r} is a method itself; give the variant of {base!r} another name"
            )
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{where}: a variant's name has small letters, digits and single hyphens, "
                f"not {name!r}"
            )
        if base in control_names():
            raise InputError(f"{where}: {base!r} is a control, which has no variants")
    try:
        modules = method_modules(base, dict(parameters))
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    return MethodEntry(name, base, dict(parameters), cpu_seconds, modules)
