"""What a result has to say of the plug-ins that it was made with."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bssbench.plugins.imports import imports_of
from bssbench.plugins.registry import registry

__all__ = ["describe", "describe_used"]


def describe(modules: Iterable[str]) -> dict[str, Any]:
    """Return ``{"plugins": […]}``, or nothing where no plug-in is among `modules`.

    Of each its name, path, package with version (None for a user's file), and the SHA-256 of its
    file and of each file beside it that it imports.

    Parameters
    ----------
    modules : iterable of str
        Dotted names of modules, plug-ins or not.
    """
    known = registry().modules
    found = [known[name] for name in dict.fromkeys(modules) if name in known]
    described = [
        {
            "name": each.name,
            "path": str(each.path),
            "package": each.package or None,
            "sha256": {
                str(file.relative_to(each.root.folder)): hashlib.sha256(
                    file.read_bytes()
                ).hexdigest()
                for file in sorted(imports_of(each.path, each.root).files)
            },
        }
        for each in found
    ]
    return {"plugins": described} if described else {}


def describe_used(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `describe` does of the plug-ins that an experiment's content names.

    Those with scores count always, for all results have them.
    """
    words = set(_words(content))
    return describe(
        each.module
        for each in registry().modules.values()
        if "score" in each.kinds
        or any(word == each.name or word.startswith(f"{each.name}-") for word in words)
    )


def _words(content: Any) -> Iterator[str]:
    """Yield all keys and texts, at any depth."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        yield from map(str, content)
        yield from (word for value in content.values() for word in _words(value))
    elif isinstance(content, list | tuple):
        yield from (word for value in content for word in _words(value))
