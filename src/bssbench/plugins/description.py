"""What a result has to say of the plug-ins that it was made with."""

import hashlib
from collections.abc import Iterable
from typing import Any

from bssbench.plugins.imports import imports_of
from bssbench.plugins.registry import registry

__all__ = ["describe"]


def describe(modules: Iterable[str] | None = None) -> dict[str, Any]:
    """Return ``{"plugins": […]}``, or nothing where no plug-in is among `modules`.

    Of each its name, path, package with version (None for a user's file), and the SHA-256 of its
    file and of each file beside it that it imports.

    Parameters
    ----------
    modules : iterable of str, optional
        Dotted names of modules, plug-ins or not; without it all plug-ins in use.
    """
    known = registry().modules
    found = [
        known[name]
        for name in dict.fromkeys(known if modules is None else modules)
        if name in known
    ]
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
