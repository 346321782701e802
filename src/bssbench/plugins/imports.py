"""The imports of a plug-in's file, from its syntax tree: its own files, and modules of bssbench."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bssbench.plugins.offers import syntax_tree

__all__ = ["Imports", "Root", "imports_of"]


@dataclass(frozen=True)
class Root:
    """The folder of a plug-in's own files.

    Attributes
    ----------
    folder : pathlib.Path
        Absolute path.
    package : str
        Dotted name under which the folder is imported.
    installed : bool
        Whether it is an installed package instead of a user's folder.
    """

    folder: Path
    package: str
    installed: bool = False

    def locate(self, parts: tuple[str, ...]) -> Path | None:
        """Return the file of a module below the package.

        Parameters
        ----------
        parts : tuple of str
            Parts of the module's name below the package.

        Returns
        -------
        pathlib.Path or None
            None if there is no such module.
        """
        place = self.folder.joinpath(*parts)
        for path in (place / "__init__.py", place.with_suffix(".py") if parts else None):
            if path is not None and path.is_file():
                return path
        return None

    def dotted(self, path: Path) -> str:
        """Return the name under which a file is imported.

        Parameters
        ----------
        path : pathlib.Path
            A file in the folder.

        Returns
        -------
        str
            Dotted name.
        """
        parts = path.relative_to(self.folder).with_suffix("").parts
        return ".".join([self.package, *(parts[:-1] if parts[-1] == "__init__" else parts)])


@dataclass
class Imports:
    """Direct and indirect imports of files.

    Attributes
    ----------
    files : set of pathlib.Path
        The files themselves, and files in the same folder that they import.
    modules : set of str
        Imported names of bssbench: modules, or members of modules.
    plain : set of str
        Files in the same folder that are imported as ``import shared``, without a leading dot.
    """

    files: set[Path] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)


@cache
def imports_of(path: Path, root: Root) -> Imports:
    """Return the direct and indirect imports of a plug-in's file.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    root : Root
        Its folder.

    Returns
    -------
    Imports
        The imports.

    Raises
    ------
    InputError
        If a file cannot be read or is not valid Python.
    """
    found = Imports()
    waiting = {path, *_files(_below(root.dotted(path), root) or (), root)}
    while waiting:
        file = waiting.pop()
        found.files.add(file)
        for name in _imported_names(file, root):
            parts = tuple(name.split("."))
            if parts[0] == "bssbench" and not name.startswith(f"{root.package}."):
                found.modules.add(name)
                continue
            inner = _below(name, root)
            if inner is None and not root.installed and _is_beside(parts[0], root):
                found.plain.add(parts[0])
                inner = parts
            if inner is not None:
                waiting |= set(_files(inner, root)) - found.files
    return found


def _is_beside(name: str, root: Root) -> bool:
    return name not in sys.stdlib_module_names and root.locate((name,)) is not None


def _below(name: str, root: Root) -> tuple[str, ...] | None:
    """Return the parts of a name below the root's package; None for other names."""
    if name == root.package:
        return ()
    inner = name.removeprefix(f"{root.package}.")
    return tuple(inner.split(".")) if inner != name else None


def _files(parts: tuple[str, ...], root: Root) -> Iterator[Path]:
    """Yield the file of a module and those of its parent packages, which importing it runs."""
    for depth in range(len(parts) + 1):
        path = root.locate(parts[:depth])
        if path is not None:
            yield path


def _imported_names(path: Path, root: Root) -> Iterator[str]:
    """Yield the dotted names that a file imports, including members of modules."""
    around = root.dotted(path).split(".")
    package = around if path.name == "__init__.py" else around[:-1]
    for node in ast.walk(syntax_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*above, *([node.module] if node.module else [])])
            if name:
                yield name
                yield from (f"{name}.{alias.name}" for alias in node.names if alias.name != "*")
