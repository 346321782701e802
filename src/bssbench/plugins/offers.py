"""What a plug-in's file offers, seen from what it defines; nothing of it is run."""

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
"""The package whose modules are of each kind: a plug-in's file counts among them."""

_DEFINITIONS = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def syntax_tree(path: Path) -> ast.Module:
    """Parse a Python file.

    Raises
    ------
    InputError
        If it can't be read or is no Python, with the line.
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
    """Return the kinds that a file offers.

    A class ``Method`` or ``Family``; ``SCORES``; for a recording ``FILES`` with ``prepare`` or
    ``mix``. What is imported from elsewhere is not offered.
    """
    defined = set(_defined(tree.body))
    found = {kind for kind, name in (("method", "Method"), ("family", "Family")) if name in defined}
    if "SCORES" in defined:
        found.add("score")
    if "FILES" in defined and defined & {"prepare", "mix"}:
        found.add("recording")
    return frozenset(found)


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """Yield the names that statements at the top of a module define."""
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
