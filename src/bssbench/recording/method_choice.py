"""Which method is meant, and whether it has a use for what was asked."""

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

# What people call families of methods of which several are here: the best known one.
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
    """Return the method's name as it is listed; case, hyphens, underscores and spaces are forgiven.

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
    """Return the device as torch calls it: ``gpu`` is ``cuda``."""
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
    """Return the method, if it has a use for everything that was asked for.

    Parameters
    ----------
    name, parameters : str, dict
        As `load_method` takes them.
    nonlinear, device, n_seeds, bootstrap : bool, str, int, int
        As asked.
    chosen_seed, restarts : bool
        Whether a seed other than 0, and a number of restarts, were asked for.

    Raises
    ------
    InputError
        For what the method would ignore.
    """
    if restarts and not _has(name, "restarts"):
        raise InputError(f"method {name!r} has no restarts; leave --restarts out")
    method: SeparationMethod = load_method(name, dict(parameters))
    if method.needs_true_sources:
        raise InputError(f"method {name!r} needs the true sources: it is a control")
    if nonlinear and not method.can_demix_nonlinearly:
        raise InputError(f"method {name!r} demixes linearly; leave --nonlinear out")
    check_bootstrap(nonlinear, bootstrap)
    if device != "cpu" and not computes_on_devices(method):
        raise InputError(f"method {name!r} computes on the CPU alone; leave --device out")
    if method.deterministic and n_seeds > 1:
        raise InputError(
            f"method {name!r} starts from nothing random, and all seeds give the same; leave "
            "--seeds out (--bootstrap B resamples time instead)"
        )
    if method.deterministic and chosen_seed and not bootstrap:
        raise InputError(f"method {name!r} draws nothing at random; leave the seed out")
    return method


def check_bootstrap(nonlinear: bool, bootstrap: int) -> None:
    """Refuse resampled time where there is nothing that it could be compared by.

    Raises
    ------
    InputError
        For nonlinear demixing.
    """
    if nonlinear and bootstrap:
        raise InputError(
            "--bootstrap compares demixing matrices, and nonlinear demixing has none; --seeds K "
            "compares initialisations"
        )


def _has(name: str, parameter: str) -> bool:
    method = type(load_method(name, {}))
    return any(field.name == parameter for field in dataclasses.fields(method))


def applicable_methods(nonlinear: bool) -> list[str]:
    """Return the methods that have a meaning for a recording: all but controls."""
    return [
        name
        for name in method_names()
        if name not in control_names()
        and (load_method(name, {}).can_demix_nonlinearly or not nonlinear)
    ]
