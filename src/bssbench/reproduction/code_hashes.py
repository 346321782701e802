"""Hashes of the source files on which a stage of the workflow depends, from the import graph."""

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
# Modules that do not affect any number of a result. At most, they stop a run with a message, or
# write the same numbers in another format. Modules that a stage needs only through them do not
# count either.
_WITHOUT_NUMBERS = frozenset(
    f"bssbench{module}"
    for module in (
        "",  # the version
        ".discovery",  # finds modules by name
        ".plugins",  # likewise; the computations of a plug-in are in its own files
        ".errors",
        ".files",
        ".files.checksums",
        ".files.validation",
        ".plain_yaml",
        ".parameters",  # the values are parameters of a rule
        ".experiment.cell",  # the computation is in `problem` and the method
        ".experiment.demand",  # estimates, for the scheduler
        ".experiment.process",
        ".experiment.provenance",
    )
)
# Modules that import those of a package by location, without import statements.
_FOUND_BY_PLACE = {"bssbench.scores.catalogue": "bssbench.scores.measures"}


@cache
def _graph() -> grimp.ImportGraph:
    return grimp.build_graph("bssbench", cache_dir=None)


def modules_in(package: str) -> list[str]:
    """Return the dotted names of all modules below a package, without the package itself."""
    return sorted(_graph().find_descendants(package))


def source_files(modules: Iterable[str]) -> list[str]:
    """Return the files of modules and of all their imports that can affect a number.

    Importing ``a.b`` also runs ``a/__init__.py``, so that parent packages of a module and their
    imports count. Modules that write files, show progress, limit a process or report errors do not
    count. For a plug-in, its own files and their imports from bssbench count.

    Parameters
    ----------
    modules : iterable of str
        Dotted names.

    Returns
    -------
    list of str
        Sorted paths, relative to the working directory if they are below it.
    """
    inside, outside = _sources(modules)
    return sorted(_display(path) for path in (*inside, *outside))


def _sources(modules: Iterable[str]) -> tuple[list[Path], list[Path]]:
    """Return the files of modules and of all their imports, inside and outside of bssbench."""
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
    """Return a plug-in's own files and the modules of bssbench that they import."""
    plugin = registry().modules[module]
    imports = imports_of(plugin.path, plugin.root)
    known = _graph().modules
    # In `from bssbench.methods import Problem`, the module is the name without its last part.
    names = {name if name in known else name.rpartition(".")[0] for name in imports.modules}
    return imports.files, names & known


def _file(module: str) -> Path:
    path = _ROOT.joinpath(*module.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def _display(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def code_hash(modules: Iterable[str], files: Iterable[Path] = ()) -> str:
    """Return a hash of the code of modules and of all their imports that can affect a number.

    Comments, docstrings, layout and dates of files are not included, so that changing them does not
    make results stale, nor does another checkout of the same code.

    Parameters
    ----------
    modules : iterable of str
        Dotted names, as for `source_files`.
    files : iterable of pathlib.Path, optional
        Further Python files outside of the package.

    Returns
    -------
    str
        The first 16 hexadecimal digits of a SHA-256.
    """
    return _hash_of(tuple(sorted(modules)), tuple(sorted(files)))


@cache
def _hash_of(modules: tuple[str, ...], files: tuple[Path, ...]) -> str:
    inside, outside = _sources(modules)
    resolved = sorted(path.resolve() for path in inside)
    code = [(path.relative_to(_ROOT.resolve()).as_posix(), _code(path)) for path in resolved]
    # By name instead of path, since a folder of plug-ins may be moved.
    code += sorted((f"plug-in {path.name}", _code(path)) for path in outside)
    code += [(path.name, _code(path)) for path in files]
    return hashlib.sha256(repr(code).encode()).hexdigest()[:_DIGITS]


@cache
def _code(path: Path) -> str:
    return repr(_signature(ast.parse(path.read_bytes())))


def _signature(node: Any) -> Any:
    """Return the structure of code without comments, docstrings and layout.

    `ast.dump` is not used because its output differs between versions of Python.
    """
    if isinstance(node, list):
        return [_signature(item) for item in node if not _says_only(item)]
    if not isinstance(node, ast.AST):
        return node
    parts = [(name, _signature(value)) for name, value in ast.iter_fields(node)]
    return (type(node).__name__, *(part for part in parts if part[1] is not None and part[1] != []))


def _says_only(node: Any) -> bool:
    """Return whether a node is a string expression, such as a docstring."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
