"""Which source files a stage of the workflow depends on, from the import graph."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import grimp

import bssbench

__all__ = ["modules_in", "source_files"]

_ROOT = Path(bssbench.__file__).parent


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("bssbench", cache_dir=None)


def modules_in(package: str) -> list[str]:
    """Return the dotted names of all modules below a package, itself left out."""
    return sorted(_graph().find_descendants(package))


def source_files(modules: Iterable[str]) -> list[str]:
    """Return the files of `modules` and of all they import, directly or not.

    Importing ``a.b`` runs ``a/__init__.py`` as well, so the packages around a module count, with
    what they import.

    Parameters
    ----------
    modules : iterable of str
        Dotted names below ``bssbench``.

    Returns
    -------
    list of str
        Paths, sorted; relative to the working directory where they lie below it.
    """
    graph = _graph()
    found: set[str] = set()
    waiting = set(modules)
    while waiting:
        module = waiting.pop()
        found.add(module)
        package = module.rpartition(".")[0]
        imported = graph.find_modules_directly_imported_by(module)
        waiting |= ({package} if package else set()) - found
        waiting |= imported - found
    return sorted(_display(_file(module)) for module in found)


def _file(module: str) -> Path:
    path = _ROOT.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _display(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
