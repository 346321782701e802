"""The description of plug-ins in results."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bssbench.plugins.imports import imports_of
from bssbench.plugins.registry import registry

__all__ = ["describe", "describe_used"]


def describe(modules: Iterable[str]) -> dict[str, Any]:
    """Describe the plug-ins among modules.

    Parameters
    ----------
    modules : iterable of str
        Dotted names of modules, plug-ins or not.

    Returns
    -------
    dict of str to list
        ``{"plugins": […]}``, or an empty dictionary if there are none. Each plug-in has its name,
        path, package with version (None for a user's file), and the SHA-256 of its file and of each
        of its own files that it imports.
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
    """Describe the plug-ins that an experiment uses.

    Plug-ins with scores are always included, since all results have their scores.

    Parameters
    ----------
    content : mapping of str to object
        Content of the experiment's file.

    Returns
    -------
    dict of str to list
        As for `describe`.
    """
    words = set(_words(content))
    return describe(
        each.module
        for each in registry().modules.values()
        if "score" in each.kinds
        or any(word == each.name or word.startswith(f"{each.name}-") for word in words)
    )


def _words(content: Any) -> Iterator[str]:
    """Yield all keys and texts at any depth."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, Mapping):
        yield from map(str, content)
        yield from (word for value in content.values() for word in _words(value))
    elif isinstance(content, list | tuple):
        yield from (word for value in content for word in _words(value))
