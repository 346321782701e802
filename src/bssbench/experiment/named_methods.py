"""Methods under the names that an experiment gives them: themselves, or variants of them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bssbench.errors import InputError
from bssbench.methods import (
    SeparationMethod,
    control_names,
    load_method,
    method_modules,
    method_names,
)
from bssbench.methods.vae._variational import VariationalMethod

__all__ = ["MethodEntry", "computes_on_devices", "name_method"]

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
    device : {'cpu', 'cuda'}
        What its cells compute on.
    """

    name: str
    base: str
    parameters: dict[str, Any]
    cpu_seconds: int
    modules: tuple[str, ...]
    device: str = "cpu"


def name_method(
    name: str,
    base: str,
    parameters: Mapping[str, Any],
    cpu_seconds: int,
    where: str,
    device: str = "cpu",
) -> MethodEntry:
    """Return the method `base` under a name; `where` names the place in a message.

    Raises
    ------
    InputError
        For an unknown method or parameter, an impossible value, a device for a method that computes
        on the CPU alone, or a variant's name that another method has or that no folder should have.
        A control has no variants: under another name it would take part in comparisons.
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
    if device != "cpu" and not computes_on_devices(load_method(base, dict(parameters))):
        raise InputError(f"{where}.device: {base!r} computes on the CPU alone; leave it out")
    return MethodEntry(name, base, dict(parameters), cpu_seconds, modules, device)


def computes_on_devices(method: SeparationMethod) -> bool:
    """Return whether a method can compute elsewhere than on the CPU: a VAE, or who says so."""
    return bool(getattr(method, "uses_device", isinstance(method, VariationalMethod)))
