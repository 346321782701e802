"""Methods under the names that an experiment gives them, either their own or those of variants."""

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

# The form of methods' names, which are also names of folders.
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class MethodEntry:
    """A method of an experiment.

    Attributes
    ----------
    name : str
        Name in the experiment, used for the folders of its cells and in all tables.
    base : str
        Name of the method, which differs from `name` for a variant.
    parameters : dict of str to object
        Parameters that differ from the method's defaults.
    cpu_seconds : int
        Limit of the CPU time of each of its cells, in seconds.
    modules : tuple of str
        Dotted names of the modules from which it is loaded.
    device : {'cpu', 'cuda'}
        Device of its cells.
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
    """Return a method under a name.

    Controls cannot have variants, because under another name they would be part of comparisons.

    Parameters
    ----------
    name : str
        Name in the experiment.
    base : str
        Name of the method.
    parameters : mapping of str to object
        Its parameters.
    cpu_seconds : int
        Limit of the CPU time of each of its cells, in seconds.
    where : str
        Location in the configuration, for messages.
    device : str, default="cpu"
        Device of its cells.

    Returns
    -------
    MethodEntry
        The method.

    Raises
    ------
    InputError
        If the method or a parameter is unknown, if a value is invalid, if the method does not
        support the device, or if the name of a variant is invalid or already in use.
    """
    if base != name:
        if name in method_names():
            raise InputError(
                f"{where}: {name!r} is the name of a method; rename the variant of {base!r}"
            )
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{where}: the name of a variant consists of lower-case letters, digits and single "
                f"hyphens, not {name!r}"
            )
        if base in control_names():
            raise InputError(f"{where}: {base!r} is a control, which cannot have variants")
    try:
        modules = method_modules(base, dict(parameters))
    except InputError as error:
        raise InputError(f"{where}: {error}") from None
    if device != "cpu" and not computes_on_devices(load_method(base, dict(parameters))):
        raise InputError(f"{where}.device: {base!r} runs on the CPU only; remove the device")
    return MethodEntry(name, base, dict(parameters), cpu_seconds, modules, device)


def computes_on_devices(method: SeparationMethod) -> bool:
    """Return whether a method supports devices other than the CPU.

    Parameters
    ----------
    method : SeparationMethod
        The method.

    Returns
    -------
    bool
        True for VAEs, and for methods with a true attribute ``uses_device``.
    """
    return bool(getattr(method, "uses_device", isinstance(method, VariationalMethod)))
