"""Discovery of modules by their location: any file in a folder of the package is found."""

import importlib.util
from functools import cache
from pathlib import Path

__all__ = ["modules_by_place"]


@cache
def modules_by_place(package: str) -> dict[str, str]:
    """Return a package's own modules at any depth.

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
    """
    found: dict[str, str] = {}
    for folder in map(Path, _locations(package)):
        for path in sorted(folder.rglob("[!_.]*.py")):
            name = path.stem.replace("_", "-")
            if name in found:
                raise ImportError(f"{path}: {found[name]} already has the name {name!r}")
            found[name] = ".".join([package, *path.relative_to(folder).with_suffix("").parts])
    return dict(sorted(found.items()))


def _locations(package: str) -> list[str]:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ImportError(f"there is no package {package!r}")
    return list(spec.submodule_search_locations)
