"""Which source files a stage of the workflow depends on, from the import graph."""

import ast
import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import grimp

import bssbench
from bssbench.plugins.imports import imports_of
from bssbench.plugins.offers import KINDS
from bssbench.plugins.registry import plugin_modules, registry

__all__ = ["code_hash", "modules_in", "source_files"]

_ROOT = Path(bssbench.__file__).parent
_DIGITS = 16
# What decides no number of a result: at worst these stop what runs with one line that says why, or
# write the same numbers into a file in another way. What a stage needs only through them does not
# count either.
_WITHOUT_NUMBERS = frozenset(
    f"bssbench{module}"
    for module in (
        "",  # the version
        ".discovery",  # finds a module by its name
        ".plugins",  # likewise; what a plug-in computes is in its own files
        ".errors",
        ".files",
        ".files.checksums",
        ".files.validation",
        ".plain_yaml",
        ".parameters",  # their values are in a rule's own parameters
        ".experiment.cell",  # what it computes is said by `problem` and the method
        ".experiment.demand",  # estimates, for the scheduler
        ".experiment.process",
        ".experiment.provenance",
    )
)
# Modules that import those of a package by their place, which no import says.
_FOUND_BY_PLACE = {"bssbench.scores.catalogue": "bssbench.scores.measures"}


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("bssbench", cache_dir=None)


def modules_in(package: str) -> list[str]:
    """Return the dotted names of all modules below a package, itself left out."""
    return sorted(_graph().find_descendants(package))


def source_files(modules: Iterable[str]) -> list[str]:
    """Return the files of `modules` and of all they import that can change a number.

    Importing ``a.b`` runs ``a/__init__.py`` as well, so the packages around a module count, with
    what they import. Modules that write files, show progress, limit a process or report errors do
    not. Of a plug-in it is its files, those beside it that it imports, and what these import of
    bssbench. The paths are relative to the working directory where they lie below it.
    """
    inside, outside = _sources(modules)
    return sorted(_display(path) for path in (*inside, *outside))


def _sources(modules: Iterable[str]) -> tuple[list[Path], list[Path]]:
    """Return the files of modules, and of all they import, inside and outside of bssbench."""
    graph = _graph()
    found: set[str] = set()
    outside: set[Path] = set()
    waiting = set(modules)
    while waiting:
        module = waiting.pop()
        if module in _WITHOUT_NUMBERS or module in found:
            continue
        found.add(module)
        if module in registry().modules:
            files, imported = _of_plugin(module)
            outside |= files
        else:
            package = module.rpartition(".")[0]
            imported = graph.find_modules_directly_imported_by(module)
            imported |= {package} if package else set()
        if module in _FOUND_BY_PLACE:
            place = _FOUND_BY_PLACE[module]
            imported |= graph.find_descendants(place)
            kinds = [kind for kind, package in KINDS.items() if package == place]
            imported |= {each.module for kind in kinds for each in plugin_modules(kind).values()}
        waiting |= imported - found
    inside = (_file(module) for module in found - set(registry().modules))
    return sorted(inside), sorted(outside)


def _of_plugin(module: str) -> tuple[set[Path], set[str]]:
    """Return a plug-in's own files, and the modules of bssbench that they import."""
    plugin = registry().modules[module]
    imports = imports_of(plugin.path, plugin.root)
    known = _graph().modules
    # Of `from bssbench.methods import Problem` the module is all but the last part.
    names = {name if name in known else name.rpartition(".")[0] for name in imports.modules}
    return imports.files, names & known


def _file(module: str) -> Path:
    path = _ROOT.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _display(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def code_hash(modules: Iterable[str], files: Iterable[Path] = ()) -> str:
    """Return a hash of what the code of `modules`, and of all they import, does to numbers.

    It is 16 hexadecimal digits of the SHA-256 of the files that `source_files` returns, and of
    Python `files` outside the package. Comments, docstrings, layout and dates of files are no part
    of it: an edit of these makes no result stale, and neither does another checkout of the same
    code.
    """
    return _hash_of(tuple(sorted(modules)), tuple(sorted(files)))


@cache
def _hash_of(modules: tuple[str, ...], files: tuple[Path, ...]) -> str:
    inside, outside = _sources(modules)
    resolved = sorted(path.resolve() for path in inside)
    code = [(path.relative_to(_ROOT.resolve()).as_posix(), _code(path)) for path in resolved]
    # By name and not by place: a folder of plug-ins may be moved.
    code += sorted((f"plug-in {path.name}", _code(path)) for path in outside)
    code += [(path.name, _code(path)) for path in files]
    return hashlib.sha256(repr(code).encode()).hexdigest()[:_DIGITS]


@cache
def _code(path: Path) -> str:
    return repr(_signature(ast.parse(path.read_bytes())))


def _signature(node: Any) -> Any:
    """Return what a piece of code does, without comments, docstrings and layout.

    Not `ast.dump`, which writes the same code in another way from one Python to the next.
    """
    if isinstance(node, list):
        return [_signature(item) for item in node if not _says_only(item)]
    if not isinstance(node, ast.AST):
        return node
    parts = [(name, _signature(value)) for name, value in ast.iter_fields(node)]
    return (type(node).__name__, *(part for part in parts if part[1] is not None and part[1] != []))


def _says_only(node: Any) -> bool:
    """Tell whether this is a text that stands for itself, as docstrings do."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
