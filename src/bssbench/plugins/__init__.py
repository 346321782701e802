"""Methods, priors, families, recordings and scores from outside the package.

A plug-in is a Python file of the user's, a folder of such files, or a module of an installed
package that announces it as an entry point of the group ``bssbench.plugins``. What it offers is
seen from what it defines, as in a module of bssbench: a class ``Method`` or ``Family``, ``SCORES``,
or ``FILES`` with ``prepare`` or ``mix``. Its name is that of the file, with hyphens.
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
    """Use plug-ins from now on, in this process and in those that it starts.

    Parameters
    ----------
    paths : iterable of pathlib.Path or str
        Python files, or folders of such files, added to those in use.

    Raises
    ------
    InputError
        If one is missing, can't be imported, offers nothing, or is not what it should be.
    """
    before = os.environ.get(VARIABLE, "")
    known = [os.path.abspath(path) for path in as_path_list(before)]
    for path in paths:
        absolute = os.path.abspath(path)
        if os.pathsep in absolute:
            raise InputError(f"plug-in {path}: a path with {os.pathsep!r} can't be one of several")
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
    """Refuse plug-ins that a record of results names and the user does not: they are code.

    Raises
    ------
    InputError
        For the first of them.
    """
    named = {os.path.realpath(path) for path in as_path_list(os.environ.get(VARIABLE, ""))}
    for path in paths:
        if os.path.realpath(path) not in named:
            raise InputError(
                f"{path} is code, and what results say of themselves runs none: look at it, and "
                f"name it by --plugin {path}"
            )


@contextmanager
def using(paths: Iterable[Path | str]) -> Iterator[None]:
    """Use plug-ins within a block, as `use` does."""
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
    """Import what the user names, so that what is wrong in it is said at once."""
    for each in registry().modules.values():
        if not each.root.installed:
            importlib.import_module(each.module)
    _renew_scores()


def _renew_scores() -> None:
    """Bring the catalogue of scores, which is made when it is imported, up to date."""
    catalogue: Any = sys.modules.get("bssbench.scores.catalogue")
    if catalogue is None:
        return
    offered = (each.module for each in plugin_modules("score").values())
    modules = [*modules_by_place(KINDS["score"]).values(), *offered]
    scores = [score for name in modules for score in importlib.import_module(name).SCORES]
    scores.sort(key=lambda score: (score.position, score.name))
    # Others hold this very dictionary.
    catalogue.SCORES.clear()
    catalogue.SCORES.update({score.name: score for score in scores})
    catalogue.ACROSS_SEEDS = frozenset(score.name for score in scores if score.across_seeds)
