"""Validation of the modules of plug-ins."""

import dataclasses
import importlib
import inspect
import re
import sys
from pathlib import PurePosixPath
from types import ModuleType, NoneType
from typing import Any, get_args, get_type_hints

from bssbench.errors import InputError
from bssbench.plugins.offers import KINDS
from bssbench.plugins.places import modules_by_place
from bssbench.plugins.registry import registry
from bssbench.plugins.sources import PluginModule

__all__ = ["ENDS_AS_AN_ID", "check_module"]

_BASES = {
    "Method": ("bssbench.methods", "SeparationMethod"),
    "Family": ("bssbench.datasets.families", "SourceFamily"),
}
_TYPES = (int, float, bool, str)
_OF_A_RECORDING = {
    "SUMMARY": str,
    "CITATION": str,
    "FILES": tuple,
    "LENGTH": int,
    "N_CHANNELS": int,
    "N_SOURCES": int,
}
ENDS_AS_AN_ID = re.compile(
    r".*-(\d+|linear|post-nonlinear|mlp-\d+|cond\d+|m\d+|noise\d+|outliers\d+|t\d+|4x)"
)
"""An invalid name of a family, which ends like a part of a data set's id."""

_SCORE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_module(module: ModuleType, plugin: PluginModule) -> None:
    """Validate the module of a plug-in.

    Parameters
    ----------
    module : module
        The imported module.
    plugin : PluginModule
        Its description.

    Raises
    ------
    InputError
        For the first error.
    """
    where = f"plug-in {plugin.path}"
    if "method" in plugin.kinds:
        method = vars(module)["Method"]
        _check_class(method, "Method", where)
        if method.needs_true_sources:
            raise InputError(f"{where}: Method: only bssbench's controls may use the true sources")
    if "family" in plugin.kinds:
        _check_class(vars(module)["Family"], "Family", where)
        if ENDS_AS_AN_ID.fullmatch(plugin.name):
            raise InputError(
                f"{where}: the name of a family must not end like an id ({plugin.name!r} would be "
                "read as an id); rename the file"
            )
    if "recording" in plugin.kinds:
        _check_recording(module, where)
    if "score" in plugin.kinds:
        _check_scores(module, where)


def _check_class(kind: Any, name: str, where: str) -> None:
    package, base = _BASES[name]
    bases = inspect.getmro(kind)[1:] if inspect.isclass(kind) else ()
    if not any(each.__name__ == base and each.__module__ == package for each in bases):
        raise InputError(f"{where}: {name} must be a class derived from {package}.{base}")
    own = vars(kind).get("__dataclass_params__")
    if own is None or not own.frozen:
        raise InputError(f"{where}: {name} must be a frozen dataclass: @dataclass(frozen=True)")
    if inspect.isabstract(kind):
        missing = ", ".join(sorted(kind.__abstractmethods__))
        raise InputError(f"{where}: {name} lacks {missing}, which {base} requires")
    try:
        types = get_type_hints(kind)
    except (NameError, TypeError, SyntaxError, AttributeError) as error:
        raise InputError(f"{where}: {name}: a field has an unknown type ({error})") from None
    for field in dataclasses.fields(kind):
        if field.default is dataclasses.MISSING:
            raise InputError(
                f"{where}: {name}: parameter {field.name!r} has no default; define it by "
                "bssbench.parameters.parameter"
            )
        wanted = types[field.name]
        choices = [each for each in get_args(wanted) or (wanted,) if each is not NoneType]
        if len(choices) != 1 or choices[0] not in _TYPES:
            raise InputError(
                f"{where}: {name}: parameter {field.name!r} must be int, float, bool or str, or "
                "one of these or None"
            )


def _check_recording(module: ModuleType, where: str) -> None:
    for name, kind in _OF_A_RECORDING.items():
        if not isinstance(getattr(module, name, None), kind):
            raise InputError(f"{where}: a recording must have {name}, of type {kind.__name__}")
    for file in vars(module)["FILES"]:
        if type(file).__name__ != "RemoteFile":
            raise InputError(
                f"{where}: FILES must be bssbench.datasets.remote_files.RemoteFile, not {file!r}"
            )
        if not file.url.startswith("https://"):
            raise InputError(
                f"{where}: FILES: an address must begin with https://, not {file.url!r}"
            )
        if not _SHA256.fullmatch(file.sha256):
            raise InputError(f"{where}: FILES: {file.name}: {file.sha256!r} is not a SHA-256")
        place = PurePosixPath(file.folder, file.name)
        if place.is_absolute() or ".." in place.parts:
            raise InputError(f"{where}: FILES: {place} is outside the folder of recordings")
    if hasattr(module, "prepare") == hasattr(module, "mix"):
        raise InputError(f"{where}: a recording must have either prepare or mix, not both")


def _check_scores(module: ModuleType, where: str) -> None:
    scores = vars(module)["SCORES"]
    if not isinstance(scores, tuple) or not scores:
        raise InputError(f"{where}: SCORES must be a tuple of scores, (Score(…),)")
    # Scores that are already loaded, and bssbench's own.
    known = {each.name: "bssbench" for each in _own_scores()}
    for other in registry().modules.values():
        loaded = sys.modules.get(other.module)
        if loaded is not None and loaded is not module and "score" in other.kinds:
            known |= {each.name: other.origin for each in getattr(loaded, "SCORES", ())}
    for score in scores:
        kind = type(score)
        if (kind.__module__, kind.__name__) != ("bssbench.scores.record", "Score"):
            raise InputError(f"{where}: SCORES: {score!r} is not a bssbench.scores.record.Score")
        if not _SCORE_NAME.fullmatch(score.name):
            raise InputError(
                f"{where}: score {score.name!r}: a name consists of lower-case letters, digits and "
                "underscores"
            )
        if score.name in known:
            raise InputError(f"{where}: {known[score.name]} already has a score {score.name!r}")
        known[score.name] = where


def _own_scores() -> list[Any]:
    modules = map(importlib.import_module, modules_by_place(KINDS["score"]).values())
    return [score for module in modules for score in module.SCORES]
