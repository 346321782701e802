"""The kinds of a plug-in's file, from its definitions, without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path

from bssbench.errors import InputError

__all__ = ["KINDS", "offers_of", "syntax_tree"]

KINDS = {
    "method": "bssbench.methods",
    "family": "bssbench.datasets.families",
    "recording": "bssbench.datasets.recordings",
    "score": "bssbench.scores.measures",
}
"""The package with the modules of each kind; plug-ins count as further modules."""

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def syntax_tree(path: Path) -> ast.Module:
    """Parse a Python file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    ast.Module
        Its syntax tree.

    Raises
    ------
    InputError
        If the file cannot be read or is not valid Python. The message gives the line.
    """
    try:
        return ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        raise InputError(f"plug-in {path}, line {error.lineno}: {error.msg}") from None
    except (OSError, ValueError) as error:
        raise InputError(f"plug-in {path}: cannot be read as Python ({error})") from None
    except (RecursionError, MemoryError):
        raise InputError(f"plug-in {path}: nested too deep to be read as Python") from None


def offers_of(tree: ast.Module) -> frozenset[str]:
    """Return the kinds of plug-in that a file defines.

    It defines a class ``Method`` or ``Family``, ``SCORES``, or, for a recording, ``FILES`` with
    ``prepare`` or ``mix``. Imported names do not count.

    Parameters
    ----------
    tree : ast.Module
        Its syntax tree.

    Returns
    -------
    frozenset of str
        Keys of `KINDS`.
    """
    defined = set(_defined(tree.body))
    found = {kind for kind, name in (("method", "Method"), ("family", "Family")) if name in defined}
    if "SCORES" in defined:
        found.add("score")
    if "FILES" in defined and defined & {"prepare", "mix"}:
        found.add("recording")
    return frozenset(found)


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the names that top-level statements of a module define."""
    for node in body:
        if isinstance(node, _DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.If | ast.Try):
            yield from _defined(node.body)
            yield from _defined(node.orelse)
