"""The registry of plug-ins: those that the user names, and those of installed packages.

Users name files and folders in the environment variable ``BSSBENCH_PLUGINS``, separated as in
``PATH``. An option of the command line and a key of an experiment's file set this variable, so that
all processes started from this one use the same plug-ins.
"""

import importlib
import importlib.machinery
import importlib.metadata
import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from bssbench.errors import InputError
from bssbench.plugins.imports import Root, imports_of
from bssbench.plugins.offers import KINDS
from bssbench.plugins.places import modules_by_place
from bssbench.plugins.sources import (
    NAME,
    PluginModule,
    announced,
    distribution,
    named_by_user,
)

__all__ = [
    "GROUP",
    "VARIABLE",
    "Registry",
    "as_path_list",
    "plugin_modules",
    "registry",
    "registry_if_read",
]

VARIABLE = "BSSBENCH_PLUGINS"
GROUP = "bssbench.plugins"
"""The group of entry points of installed plug-ins."""


@dataclass(frozen=True)
class Registry:
    """The plug-ins in use.

    Attributes
    ----------
    modules : dict of str to PluginModule
        Plug-ins by dotted name.
    plain : dict of str to pathlib.Path
        Files in users' folders that are imported as ``import shared``, by name.
    """

    modules: dict[str, PluginModule]
    plain: dict[str, Path]

    @cached_property
    def roots(self) -> frozenset[Root]:
        """The folders of all plug-ins."""
        return frozenset(each.root for each in self.modules.values())


_READ: dict[str, Registry] = {}


def as_path_list(text: str) -> list[Path]:
    """Return the paths in the value of the environment variable.

    Parameters
    ----------
    text : str
        The value.

    Returns
    -------
    list of pathlib.Path
        The paths.
    """
    return [Path(part) for part in text.split(os.pathsep) if part]


def registry_if_read() -> Registry | None:
    """Return the plug-ins in use if they are already known, without searching for them."""
    return _READ.get(os.environ.get(VARIABLE, ""))


def registry() -> Registry:
    """Return the plug-ins in use.

    Invalid installed packages are left out with a warning.

    Returns
    -------
    Registry
        The plug-ins.

    Raises
    ------
    InputError
        If a file that the user names is missing, is not valid Python, defines nothing, or has a
        name that is already in use.
    """
    text = os.environ.get(VARIABLE, "")
    if text not in _READ:
        found: list[PluginModule] = []
        for path in as_path_list(text):
            _add(named_by_user(path), found)
        plain = _plain_imports(found)
        for point in importlib.metadata.entry_points(group=GROUP):
            try:
                _add(announced(point), found)
            except InputError as error:
                _warn_of(distribution(point), point.value, error)
        _READ[text] = Registry({each.module: each for each in found}, plain)
    return _READ[text]


def plugin_modules(kind: str) -> dict[str, PluginModule]:
    """Return the plug-ins of a kind.

    Parameters
    ----------
    kind : str
        A key of `bssbench.plugins.offers.KINDS`.

    Returns
    -------
    dict of str to PluginModule
        Plug-ins by name.

    Raises
    ------
    InputError
        As for `registry`.
    """
    return {
        each.name: each
        for each in registry().modules.values()
        if kind in each.kinds and (kind != "score" or _can_be_loaded(each))
    }


@cache
def _can_be_loaded(plugin: PluginModule) -> bool:
    """Return whether a package's scores can be imported; otherwise, all scoring would fail."""
    if not plugin.root.installed:
        return True
    try:
        importlib.import_module(plugin.module)
    except InputError as error:
        _warn_of(plugin.package, plugin.module, error)
        return False
    return True


def _warn_of(package: str, module: str, error: InputError) -> None:
    reason = " ".join(str(error).split())
    print(f"bssbench: warning: package {package} is left out: {module}: {reason}", file=sys.stderr)


def _add(modules: Iterable[PluginModule], found: list[PluginModule]) -> None:
    """Add all or none of the modules to `found`; copies of a file count once.

    Merged results of several machines may have copies of the same plug-in.
    """
    new: list[PluginModule] = []
    for each in modules:
        if _content(each) not in map(_content, [*found, *new]):
            _check_name(each, [*found, *new])
            new.append(each)
    found += new


@cache
def _content(plugin: PluginModule) -> tuple[object, ...]:
    """Return the content of a plug-in, independent of its location."""
    files = imports_of(plugin.path, plugin.root).files
    return (
        plugin.name,
        *sorted((str(file.relative_to(plugin.root.folder)), file.read_bytes()) for file in files),
    )


def _check_name(each: PluginModule, others: Iterable[PluginModule]) -> None:
    """Raise `InputError` if the name of a plug-in is invalid or already in use."""
    if not each.path.stem.isidentifier() or not NAME.fullmatch(each.name):
        raise InputError(
            f"plug-in {each.path}: the name of the file must consist of lower-case letters, digits "
            "and single underscores, and begin with a letter"
        )
    for kind in each.kinds - {"score"}:
        # Families and recordings are both data sets.
        kinds = ("family", "recording") if kind in ("family", "recording") else (kind,)
        for other in kinds:
            if each.name in modules_by_place(KINDS[other]):
                raise InputError(
                    f"plug-in {each.path}: bssbench already has a {other} {each.name!r}; rename "
                    "the file"
                )
        for known in others:
            if known.name == each.name and known.kinds.intersection(kinds):
                raise InputError(
                    f"plug-in {each.path}: {known.origin} already has a {kind} {each.name!r}; "
                    "rename one of the files"
                )


def _plain_imports(modules: Iterable[PluginModule]) -> dict[str, Path]:
    """Return the files in plug-ins' folders that they import without a leading dot, by name.

    Raises
    ------
    InputError
        If ``import shared`` is ambiguous.
    """
    known: dict[str, Path] = {}
    for each in modules:
        for name in sorted(imports_of(each.path, each.root).plain):
            beside = each.root.locate((name,))
            assert beside is not None
            if known.setdefault(name, beside) != beside or _is_elsewhere(name, beside):
                raise InputError(
                    f"plug-in {each.path}: imports {name!r}, which is ambiguous, since there is "
                    f"another module than {beside}; write 'from . import {name}'"
                )
    return known


def _is_elsewhere(name: str, beside: Path) -> bool:
    """Return whether Python itself finds another module of this name."""
    if name in sys.modules:
        origin = getattr(sys.modules[name], "__file__", None)
    else:
        spec = importlib.machinery.PathFinder.find_spec(name)
        if spec is None:
            return False
        origin = spec.origin
    return origin is None or Path(os.path.abspath(origin)) != beside
