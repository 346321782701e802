"""Discovery of modules, by their location or as plug-ins."""

from bssbench.plugins.offers import KINDS
from bssbench.plugins.places import modules_by_place
from bssbench.plugins.registry import plugin_modules

__all__ = ["modules_below"]


def modules_below(package: str) -> dict[str, str]:
    """Return a package's modules at any depth, including plug-ins of its kind.

    Modules whose names begin with an underscore contain shared code and are left out. Nothing is
    imported, so that listing is fast.

    Parameters
    ----------
    package : str
        Dotted name of the package.

    Returns
    -------
    dict of str to str
        Dotted names by names with hyphens.

    Raises
    ------
    ImportError
        If two modules have the same name, or if there is no such package.
    InputError
        If a plug-in that the user names is invalid.
    """
    found = dict(modules_by_place(package))
    for kind, place in KINDS.items():
        if package == place:
            found |= {name: each.module for name, each in plugin_modules(kind).items()}
    return dict(sorted(found.items()))
