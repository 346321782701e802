"""Importing plug-ins: their files by name, and whatever goes wrong in them as one line."""

import importlib.machinery
import importlib.util
import sys
import traceback
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from pathlib import Path
from types import ModuleType

from bssbench.errors import InputError
from bssbench.plugins.checks import check_module
from bssbench.plugins.registry import registry, registry_if_read
from bssbench.plugins.sources import LOADED, PluginModule

__all__ = ["install"]


class _Loader(importlib.machinery.SourceFileLoader):
    """Runs a plug-in's file, holds it to what it should be, and reports errors in one line."""

    def __init__(self, name: str, path: str, plugin: PluginModule | None, user: bool) -> None:
        super().__init__(name, path)
        self._plugin = plugin
        self._user = user

    def path_stats(self, path: str) -> dict[str, float]:
        """Return what a file of compiled code is known by: of a user's file there is none.

        Nothing is written beside it, and an edit within a second counts.
        """
        if self._user:
            raise OSError("not kept")
        return dict(super().path_stats(path))

    def exec_module(self, module: ModuleType) -> None:
        """Run the file.

        Raises
        ------
        InputError
            If it can't be run, or what it offers is not what it should be.
        """
        try:
            super().exec_module(module)
        except InputError:
            raise
        except SyntaxError as error:
            raise InputError(f"plug-in {self.path}, line {error.lineno}: {error.msg}") from None
        except (Exception, SystemExit) as error:
            raise InputError(f"plug-in {self.path}{_line(error, self.path)}: {_said(error)}") from (
                error
            )
        if self._plugin is not None:
            check_module(module, self._plugin)


def _line(error: BaseException, path: str) -> str:
    """Return the line of the file at which it went wrong."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == path
    ]
    return f", line {lines[-1]}" if lines else ""


def _said(error: BaseException) -> str:
    first = (str(error).splitlines() or [""])[0][:300]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


class _Finder(MetaPathFinder):
    """Finds a user's files below `LOADED`, and lets packages of plug-ins report as these do."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return how a module is loaded, if it is one of a plug-in."""
        del target
        if name.startswith(f"{LOADED}."):
            return _of_user(name)
        # Not `registry()`, which itself looks for modules.
        known = registry_if_read()
        if known is None or name.startswith("bssbench."):
            return None
        if path is None and name in known.plain:
            return _spec(name, known.plain[name], None)
        if name.partition(".")[0] in {each.package for each in known.roots if each.installed}:
            return _of_package(name, path, known.modules.get(name))
        return None


def _of_user(name: str) -> importlib.machinery.ModuleSpec | None:
    known = registry()
    for root in known.roots:
        if name == root.package and root.locate(()) is None:
            spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(root.folder)]
            return spec
        if name == root.package or name.startswith(f"{root.package}."):
            inner = name.removeprefix(root.package).split(".")[1:]
            file = root.locate(tuple(inner))
            return _spec(name, file, known.modules.get(name)) if file else None
    return None


def _of_package(
    name: str, path: Sequence[str] | None, plugin: PluginModule | None
) -> importlib.machinery.ModuleSpec | None:
    spec = importlib.machinery.PathFinder.find_spec(name, path)
    if spec and isinstance(spec.loader, importlib.machinery.SourceFileLoader):
        spec.loader = _Loader(name, spec.loader.path, plugin, user=False)
    return spec


def _spec(
    name: str, file: Path, plugin: PluginModule | None
) -> importlib.machinery.ModuleSpec | None:
    return importlib.util.spec_from_file_location(
        name,
        file,
        loader=_Loader(name, str(file), plugin, user=True),
        submodule_search_locations=[str(file.parent)] if file.name == "__init__.py" else None,
    )


def install() -> None:
    """Let plug-ins be imported, by whatever imports a module by its name."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
