"""Which plug-ins there are: what the user names, and what installed packages announce.

A user names files and folders in the environment variable ``BSSBENCH_PLUGINS``, separated as in
``PATH``; an option of the command line and a key of an experiment's file write it. So whatever
process is started next knows the same plug-ins, and nothing else has to be handed on.
"""

import importlib
import importlib.machinery
import importlib.metadata
import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path

from bssbench.errors import InputError
from bssbench.plugins.imports import Root, imports_of
from bssbench.plugins.offers import KINDS, offers_of, syntax_tree
from bssbench.plugins.places import modules_by_place

__all__ = [
    "GROUP",
    "LOADED",
    "NAME",
    "VARIABLE",
    "PluginModule",
    "Registry",
    "as_path_list",
    "plugin_modules",
    "registry",
    "registry_if_read",
]

VARIABLE = "BSSBENCH_PLUGINS"
GROUP = "bssbench.plugins"
"""The group of entry points in which an installed package names its modules."""
LOADED = "bssbench.plugins.loaded"
"""The package below which a user's files are imported."""

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""What a name looks like: that of a file, with hyphens."""

_NOTHING = (
    "offers nothing: a plug-in defines a class Method or Family, or SCORES, or FILES with prepare "
    "or mix"
)


@dataclass(frozen=True)
class PluginModule:
    """A module from outside the package.

    Attributes
    ----------
    name : str
        What its method, family or recording is called: the file's name, with hyphens.
    module : str
        Its dotted name.
    path : pathlib.Path
        Absolute.
    kinds : frozenset of str
        What it offers: keys of `bssbench.plugins.offers.KINDS`.
    root : Root
        The folder of its own files.
    package : str
        Name and version of the distribution that brings it; empty for a user's file.
    """

    name: str
    module: str
    path: Path
    kinds: frozenset[str]
    root: Root
    package: str = ""

    @property
    def origin(self) -> str:
        """Where it comes from, in words."""
        return self.package or str(self.path)


@dataclass(frozen=True)
class Registry:
    """The plug-ins in use.

    Attributes
    ----------
    modules : dict of str to PluginModule
        By dotted name.
    plain : dict of str to pathlib.Path
        Files beside a user's that are imported as ``import shared``, by name.
    """

    modules: dict[str, PluginModule]
    plain: dict[str, Path]

    @cached_property
    def roots(self) -> frozenset[Root]:
        """The folders of all plug-ins."""
        return frozenset(each.root for each in self.modules.values())


_READ: dict[str, Registry] = {}


def as_path_list(text: str) -> list[Path]:
    """Return the paths of a text as the environment variable has it."""
    return [Path(part) for part in text.split(os.pathsep) if part]


def registry_if_read() -> Registry | None:
    """Return the plug-ins in use if they are known already, without looking for them."""
    return _READ.get(os.environ.get(VARIABLE, ""))


def registry() -> Registry:
    """Return the plug-ins in use.

    Raises
    ------
    InputError
        If a file that the user names is missing, is no Python, offers nothing or has a name that
        something else has. A package that is wrong is left out with a warning.
    """
    text = os.environ.get(VARIABLE, "")
    if text not in _READ:
        found: list[PluginModule] = []
        for path in as_path_list(text):
            _add(_named_by_user(path), found)
        plain = _plain_imports(found)
        for point in importlib.metadata.entry_points(group=GROUP):
            try:
                _add(_announced(point), found)
            except InputError as error:
                _warn_of(_distribution(point), point.value, error)
        _READ[text] = Registry({each.module: each for each in found}, plain)
    return _READ[text]


def plugin_modules(kind: str) -> dict[str, PluginModule]:
    """Return the plug-ins in use that offer something of a kind, by name.

    Raises
    ------
    InputError
        As `registry` does.
    """
    return {
        each.name: each
        for each in registry().modules.values()
        if kind in each.kinds and (kind != "score" or _can_be_loaded(each))
    }


@cache
def _can_be_loaded(plugin: PluginModule) -> bool:
    """Return whether a package's scores can be had: what scores would else fail for all methods."""
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
    """Add to `found` all of `modules` or none; a file counts once, and so do copies of it.

    Results of several machines may be joined, each with a copy of the same plug-in.
    """
    new: list[PluginModule] = []
    for each in modules:
        if _content(each) not in map(_content, [*found, *new]):
            _check_name(each, [*found, *new])
            new.append(each)
    found += new


@cache
def _content(plugin: PluginModule) -> tuple[object, ...]:
    """Return what a plug-in is, wherever it lies."""
    files = imports_of(plugin.path, plugin.root).files
    return (
        plugin.name,
        *sorted((str(file.relative_to(plugin.root.folder)), file.read_bytes()) for file in files),
    )


def _named_by_user(path: Path) -> Iterator[PluginModule]:
    """Yield what a file or the files of a folder offer."""
    path = Path(os.path.abspath(path))
    if path.is_dir():
        offering = list(_offering(sorted(path.glob("[!_.]*.py"))))
        if not offering:
            raise InputError(f"plug-in {path}: no file in this folder {_NOTHING}")
    elif path.is_file():
        if path.suffix != ".py":
            raise InputError(f"plug-in {path}: not a Python file (.py), nor a folder of such files")
        offering = list(_offering([path]))
        if not offering:
            raise InputError(f"plug-in {path}: {_NOTHING}")
    else:
        raise InputError(f"plug-in {path}: no such file or folder")
    folder = path if path.is_dir() else path.parent
    # Files of the same name in two folders are two modules.
    root = Root(folder, f"{LOADED}.in_{sha256(os.fsencode(folder)).hexdigest()[:8]}")
    for file, kinds in offering:
        yield PluginModule(_name(file), root.dotted(file), file, kinds, root)


def _announced(point: importlib.metadata.EntryPoint) -> Iterator[PluginModule]:
    """Yield what the module of an entry point offers, or of a package the modules in it."""
    top, *rest = point.module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise InputError(f"there is no package {top!r}")
    # A single module has no folder that is its own; a package without __init__.py has no file.
    places = list(spec.submodule_search_locations or ())
    folder = Path(places[0]) if places else Path(spec.origin or "").parent
    root = Root(folder, top, installed=True)
    path = root.locate(tuple(rest)) if places else Path(spec.origin or "")
    if path is None:
        raise InputError(f"there is no module {point.module!r} in {folder}")
    inner = sorted(path.parent.glob("[!_.]*.py")) if path.name == "__init__.py" else []
    offering = list(_offering([path, *inner]))
    if not offering:
        raise InputError(_NOTHING)
    for file, kinds in offering:
        module = root.dotted(file) if places else top
        yield PluginModule(_name(file), module, file, kinds, root, _distribution(point))


def _distribution(point: importlib.metadata.EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.module


def _offering(paths: Iterable[Path]) -> Iterator[tuple[Path, frozenset[str]]]:
    for path in paths:
        kinds = offers_of(syntax_tree(path))
        if kinds:
            yield path, kinds


def _name(path: Path) -> str:
    stem = path.parent.name if path.name == "__init__.py" else path.stem
    return stem.replace("_", "-")


def _check_name(each: PluginModule, others: Iterable[PluginModule]) -> None:
    """Raise `InputError` if something of one of its kinds is called so, or nothing can be."""
    if not each.path.stem.isidentifier() or not NAME.fullmatch(each.name):
        raise InputError(
            f"plug-in {each.path}: the file's name is the name of what it offers: small letters, "
            "digits and single underscores, a letter first"
        )
    for kind in each.kinds - {"score"}:
        # Families and recordings are data sets, both.
        kinds = ("family", "recording") if kind in ("family", "recording") else (kind,)
        for other in kinds:
            if each.name in modules_by_place(KINDS[other]):
                raise InputError(
                    f"plug-in {each.path}: bssbench has a {other} {each.name!r} already; give the "
                    "file another name"
                )
        for known in others:
            if known.name == each.name and known.kinds.intersection(kinds):
                raise InputError(
                    f"plug-in {each.path}: {known.origin} has a {kind} {each.name!r} already; give "
                    "one file another name"
                )


def _plain_imports(modules: Iterable[PluginModule]) -> dict[str, Path]:
    """Return the files beside plug-ins that these import without a dot, by name.

    Raises
    ------
    InputError
        Where ``import shared`` could mean another module.
    """
    known: dict[str, Path] = {}
    for each in modules:
        for name in sorted(imports_of(each.path, each.root).plain):
            beside = each.root.locate((name,))
            assert beside is not None
            if known.setdefault(name, beside) != beside or _is_elsewhere(name, beside):
                raise InputError(
                    f"plug-in {each.path}: imports {name!r}, and there is another module of that "
                    f"name than {beside}; write 'from . import {name}'"
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
