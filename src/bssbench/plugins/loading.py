"""Import plug-ins, and report their errors in one line."""

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
    """Loader that runs a plug-in's file, validates it, and reports errors in one line."""

    def __init__(self, name: str, path: str, plugin: PluginModule | None, user: bool) -> None:
        super().__init__(name, path)
        self._plugin = plugin
        self._user = user

    def path_stats(self, path: str) -> dict[str, float]:
        """Return the identity of a file for the cache of compiled code.

        A user's file is not cached, so that no file is written next to it, and edits within a
        second are noticed.

        Parameters
        ----------
        path : str
            The file.

        Returns
        -------
        dict of str to float
            As in the base class.

        Raises
        ------
        OSError
            For a user's file.
        """
        if self._user:
            raise OSError("not kept")
        return dict(super().path_stats(path))

    def exec_module(self, module: ModuleType) -> None:
        """Run the file and validate the module.

        Parameters
        ----------
        module : module
            The module.

        Raises
        ------
        InputError
            If the file cannot be run or the module is invalid.
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
    """Return the line of the file at which an error occurred."""
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
    """Finder of users' files below `LOADED`, and of the modules of installed plug-ins."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return the specification of a plug-in's module, or None for other modules."""
        del target
        if name.startswith(f"{LOADED}."):
            return _of_user(name)
        # Not `registry()`, which itself searches for modules.
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
    """Enable the import of plug-ins by name."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
