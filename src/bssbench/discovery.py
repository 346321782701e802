"""Modules that are found by their place, or by what a plug-in's file offers."""

from bssbench.plugins.offers import KINDS
from bssbench.plugins.places import modules_by_place
from bssbench.plugins.registry import plugin_modules

__all__ = ["modules_below"]


def modules_below(package: str) -> dict[str, str]:
    """Return the dotted names of a package's modules, at any depth, by their names with hyphens.

    Plug-ins of its kind count among them. Modules whose names begin with an underscore hold what
    others share and are left out. Nothing is imported, so that listing takes no time.

    Raises
    ------
    ImportError
        If two modules have one name, or there is no such package.
    InputError
        If a plug-in that the user names is not one.
    """
    found = dict(modules_by_place(package))
    for kind, place in KINDS.items():
        if package == place:
            found |= {name: each.module for name, each in plugin_modules(kind).items()}
    return dict(sorted(found.items()))
