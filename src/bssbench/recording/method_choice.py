"""Finding the method by its name, and checking that it uses all given options."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from bssbench.errors import InputError
from bssbench.experiment.named_methods import computes_on_devices
from bssbench.methods import SeparationMethod, control_names, load_method, method_names
from bssbench.parameters import closest

__all__ = [
    "applicable_methods",
    "check_bootstrap",
    "check_options",
    "known_device",
    "known_method",
]

# Common names of families of methods, and the best known method of each.
_MEANT = {
    "ica": "fastica",
    "pca": "fastica",
    "cica": "contextual-ica",
    "soi": "sobi",
    "bss": "sobi",
    "tdsep": "sobi",
    "ffdiag": "sobi",
    "arflow": "ar-flow-vae",
    "skr": "skr-vae",
    "gp": "gp-vae-spectral",
    "extendedinfomax": "infomax",
    "runica": "infomax",
    "coroica": "jade-td",
}


def known_method(name: str) -> str:
    """Return the name of the method as listed; ignores case, hyphens, underscores and spaces.

    Raises
    ------
    InputError
        If there is no such method.
    """
    names = {_bare(known): known for known in method_names()}
    bare = _bare(name)
    if bare in names:
        return names[bare]
    meant = _MEANT.get(bare)
    if meant in method_names():
        hint = f"did you mean {meant!r}?"
    else:
        hint = closest(re.sub(r"[\s_]+", "-", name.strip().lower()), method_names())
    raise InputError(f"unknown method {name!r}; {hint}")


def _bare(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).lower()


def known_device(name: str) -> str:
    """Return the name of the device in torch: ``gpu`` becomes ``cuda``."""
    lowered = name.strip().lower()
    return re.sub(r"^gpu", "cuda", lowered)


def check_options(
    name: str,
    parameters: Mapping[str, Any],
    *,
    nonlinear: bool,
    device: str,
    n_seeds: int,
    chosen_seed: bool,
    restarts: bool,
    bootstrap: int,
) -> SeparationMethod:
    """Return the method, if it uses all given options.

    Parameters
    ----------
    name, parameters : str, dict
        As for `load_method`.
    nonlinear, device, n_seeds, bootstrap : bool, str, int, int
        The options.
    chosen_seed, restarts : bool
        Whether a seed other than 0, and a number of restarts, were given.

    Raises
    ------
    InputError
        For an option that the method would ignore.
    """
    if restarts and not _has(name, "restarts"):
        raise InputError(f"method {name!r} has no restarts; omit --restarts")
    method: SeparationMethod = load_method(name, dict(parameters))
    if method.needs_true_sources:
        raise InputError(f"method {name!r} is a control, which needs the true sources")
    if nonlinear and not method.can_demix_nonlinearly:
        raise InputError(f"method {name!r} is linear; omit --nonlinear")
    check_bootstrap(nonlinear, bootstrap)
    if device != "cpu" and not computes_on_devices(method):
        raise InputError(f"method {name!r} runs only on the CPU; omit --device")
    if method.deterministic and n_seeds > 1:
        raise InputError(
            f"method {name!r} is deterministic: all seeds give one result; omit --seeds "
            "(--bootstrap B resamples time instead)"
        )
    if method.deterministic and chosen_seed and not bootstrap:
        raise InputError(f"method {name!r} is deterministic; omit the seed")
    return method


def check_bootstrap(nonlinear: bool, bootstrap: int) -> None:
    """Check that resampled runs can be compared.

    Raises
    ------
    InputError
        For nonlinear mixing.
    """
    if nonlinear and bootstrap:
        raise InputError(
            "--bootstrap compares unmixing matrices, which nonlinear methods lack; use --seeds K "
            "to compare initialisations"
        )


def _has(name: str, parameter: str) -> bool:
    method = type(load_method(name, {}))
    return any(field.name == parameter for field in dataclasses.fields(method))


def applicable_methods(nonlinear: bool) -> list[str]:
    """Return the methods that apply to a recording: all except the controls."""
    return [
        name
        for name in method_names()
        if name not in control_names()
        and (load_method(name, {}).can_demix_nonlinearly or not nonlinear)
    ]
