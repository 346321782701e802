"""Methods, priors, families, recordings and scores from outside the package.

A plug-in is a user's Python file, a folder of such files, or a module of an installed package with
an entry point in the group ``bssbench.plugins``. A plug-in provides what it defines, as modules of
bssbench do: a class ``Method`` or ``Family``, ``SCORES``, or ``FILES`` with ``prepare`` or ``mix``.
Its name is that of the file, with hyphens.
"""

import importlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bssbench.errors import InputError
from bssbench.plugins import loading
from bssbench.plugins.offers import KINDS
from bssbench.plugins.places import modules_by_place
from bssbench.plugins.registry import VARIABLE, as_path_list, plugin_modules, registry

__all__ = ["VARIABLE", "require_named", "use", "using"]

loading.install()


def use(paths: Iterable[Path | str]) -> None:
    """Load plug-ins for this process and all processes that it starts.

    Parameters
    ----------
    paths : iterable of pathlib.Path or str
        Python files, or folders of such files, in addition to those in use.

    Raises
    ------
    InputError
        If a plug-in is missing, cannot be imported, defines nothing, or is invalid.
    """
    before = os.environ.get(VARIABLE, "")
    known = [os.path.abspath(path) for path in as_path_list(before)]
    for path in paths:
        absolute = os.path.abspath(path)
        if os.pathsep in absolute:
            raise InputError(f"plug-in {path}: a path must not contain {os.pathsep!r}")
        if absolute not in known:
            known.append(absolute)
    if os.pathsep.join(known) == before:
        _load()
        return
    os.environ[VARIABLE] = os.pathsep.join(known)
    try:
        _load()
    except InputError:
        _restore(before)
        raise


def require_named(paths: Iterable[Path]) -> None:
    """Reject plug-ins that a record of results names and the user does not, since they are code.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        Plug-ins named by a record.

    Raises
    ------
    InputError
        For the first plug-in that the user has not named.
    """
    named = {os.path.realpath(path) for path in as_path_list(os.environ.get(VARIABLE, ""))}
    for path in paths:
        if os.path.realpath(path) not in named:
            raise InputError(
                f"{path} is code that a record of results names; it is not run unless you name it: "
                f"inspect it, then use --plugin {path}"
            )


@contextmanager
def using(paths: Iterable[Path | str]) -> Iterator[None]:
    """Load plug-ins within a block.

    Parameters
    ----------
    paths : iterable of pathlib.Path or str
        As for `use`.

    Yields
    ------
    None
        For the block in which the plug-ins are in use.
    """
    before = os.environ.get(VARIABLE, "")
    try:
        use(paths)
        yield
    finally:
        _restore(before)


def _restore(text: str) -> None:
    if os.environ.get(VARIABLE, "") == text:
        return
    os.environ.pop(VARIABLE, None)
    if text:
        os.environ[VARIABLE] = text
    _renew_scores()


def _load() -> None:
    """Import the user's plug-ins, so that errors are reported immediately."""
    for each in registry().modules.values():
        if not each.root.installed:
            importlib.import_module(each.module)
    _renew_scores()


def _renew_scores() -> None:
    """Update the catalogue of scores, which is created when it is imported."""
    catalogue: Any = sys.modules.get("bssbench.scores.catalogue")
    if catalogue is None:
        return
    offered = (each.module for each in plugin_modules("score").values())
    modules = [*modules_by_place(KINDS["score"]).values(), *offered]
    scores = [score for name in modules for score in importlib.import_module(name).SCORES]
    scores.sort(key=lambda score: (score.position, score.name))
    # Other modules refer to this dictionary, so it is updated in place.
    catalogue.SCORES.clear()
    catalogue.SCORES.update({score.name: score for score in scores})
    catalogue.ACROSS_SEEDS = frozenset(score.name for score in scores if score.across_seeds)
