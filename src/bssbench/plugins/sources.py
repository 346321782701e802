"""Find the plug-ins at a user's path, or of an installed package's entry point."""

import importlib.metadata
import importlib.util
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bssbench.errors import InputError
from bssbench.plugins.imports import Root
from bssbench.plugins.offers import offers_of, syntax_tree

__all__ = ["LOADED", "NAME", "PluginModule", "announced", "distribution", "named_by_user"]

LOADED = "bssbench.plugins.loaded"
"""The package below which a user's files are imported."""

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
"""Form of a name, which is that of the file with hyphens."""

_NOTHING = (
    "does not define a plug-in, which is a class Method or Family, or SCORES, or FILES with "
    "prepare or mix"
)


@dataclass(frozen=True)
class PluginModule:
    """A module from outside the package.

    Attributes
    ----------
    name : str
        Name of its method, family or recording: the file's name with hyphens.
    module : str
        Dotted name.
    path : pathlib.Path
        Absolute path.
    kinds : frozenset of str
        Kinds that it defines, keys of `bssbench.plugins.offers.KINDS`.
    root : Root
        Folder of its own files.
    package : str
        Name and version of its distribution; empty for a user's file.
    """

    name: str
    module: str
    path: Path
    kinds: frozenset[str]
    root: Root
    package: str = ""

    @property
    def origin(self) -> str:
        """Description of its origin: the distribution, or the path."""
        return self.package or str(self.path)


def named_by_user(path: Path) -> Iterator[PluginModule]:
    """Yield the plug-ins of a file, or of the files of a folder.

    Parameters
    ----------
    path : pathlib.Path
        The file or folder.

    Yields
    ------
    PluginModule
        Each plug-in.

    Raises
    ------
    InputError
        If the path does not exist, defines no plug-in, or is not valid Python.
    """
    path = Path(os.path.abspath(path))
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:
        raise InputError(f"plug-in {path}: {error.strerror}") from None
    if is_folder:
        offering = list(_offering(sorted(path.glob("[!_.]*.py"))))
        if not offering:
            raise InputError(f"plug-in {path}: this folder {_NOTHING}")
    elif is_file:
        if path.suffix != ".py":
            raise InputError(f"plug-in {path}: not a Python file (.py), nor a folder of such files")
        offering = list(_offering([path]))
        if not offering:
            raise InputError(f"plug-in {path}: this file {_NOTHING}")
    else:
        raise InputError(f"plug-in {path}: no such file or folder")
    folder = path if path.is_dir() else path.parent
    # Files of the same name in two folders are two modules.
    root = Root(folder, f"{LOADED}.in_{sha256(os.fsencode(folder)).hexdigest()[:8]}")
    for file, kinds in offering:
        yield PluginModule(_name(file), root.dotted(file), file, kinds, root)


def announced(point: importlib.metadata.EntryPoint) -> Iterator[PluginModule]:
    """Yield the plug-ins of an entry point: its module, or the modules of its package.

    Parameters
    ----------
    point : importlib.metadata.EntryPoint
        The entry point.

    Yields
    ------
    PluginModule
        Each plug-in.

    Raises
    ------
    InputError
        If there is no such module, if it defines no plug-in, or if it is not valid Python.
    """
    top, *rest = point.module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    if spec is None:
        raise InputError(f"there is no package {top!r}")
    # A single module has no folder of its own; a package without __init__.py has no file.
    places = list(spec.submodule_search_locations or ())
    folder = Path(places[0]) if places else Path(spec.origin or "").parent
    root = Root(folder, top, installed=True)
    path = root.locate(tuple(rest)) if places else Path(spec.origin or "")
    if path is None:
        raise InputError(f"there is no module {point.module!r} in {folder}")
    inner = sorted(path.parent.glob("[!_.]*.py")) if path.name == "__init__.py" else []
    offering = list(_offering([path, *inner]))
    if not offering:
        raise InputError(f"the module {_NOTHING}")
    for file, kinds in offering:
        module = root.dotted(file) if places else top
        yield PluginModule(_name(file), module, file, kinds, root, distribution(point))


def distribution(point: importlib.metadata.EntryPoint) -> str:
    """Return the name and version of an entry point's package.

    Parameters
    ----------
    point : importlib.metadata.EntryPoint
        The entry point.

    Returns
    -------
    str
        Name and version.
    """
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.module


def _offering(paths: Iterable[Path]) -> Iterator[tuple[Path, frozenset[str]]]:
    for path in paths:
        kinds = offers_of(syntax_tree(path))
        if kinds:
            yield path, kinds


def _name(path: Path) -> str:
    stem = path.parent.name if path.name == "__init__.py" else path.stem
    return stem.replace("_", "-")
