"""The public interface in Python, from docstrings; its names stand in reference/interface.yaml."""

import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bssbench.estimators import estimator_names, make_estimator
from bssbench.methods.vae._variational import VariationalMethod
from generated_pages.markdown import code, escaped, table

NAMES = Path(__file__).parents[2] / "reference" / "interface.yaml"


def public_names() -> dict[str, list[str]]:
    """Return the dotted names of what is public, by subject."""
    names: dict[str, list[str]] = yaml.safe_load(NAMES.read_text(encoding="utf-8"))
    return names


def resolved(name: str) -> Any:
    """Return the object of a dotted name."""
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError):
        return importlib.import_module(name)


def markdown(subject: str) -> str:
    """Return the documentation of the names of a subject."""
    lines = [line for name in public_names()[subject] for line in _entry(name)]
    return "\n".join(["```{eval-rst}", *lines, "```", ""])


def _entry(name: str) -> Iterator[str]:
    found = resolved(name)
    if inspect.ismodule(found):
        yield f".. automodule:: {name}\n   :no-members:\n"
    elif inspect.isclass(found):
        yield f".. autoclass:: {name}\n"
    elif callable(found):
        yield f".. autofunction:: {name}\n"
    else:
        yield f".. autodata:: {name}\n   :no-value:\n"


def estimators() -> str:
    """Return a table of all estimators: each method's class with its own parameters."""
    # What all VAEs have, unless a default differs.
    shared = {field.name: field.default for field in dataclasses.fields(VariationalMethod)}
    shared |= {"n_restarts": None, "nonlinear": False, "device": "cpu", "n_components": None}
    shared |= {"random_state": None, "verbose": False}
    rows = []
    for title, method in sorted(estimator_names().items()):
        estimator = make_estimator(method)
        own = [
            code(f"{name}={each.default!r}")
            for name, each in inspect.signature(estimator).parameters.items()
            if name not in shared or each.default != shared[name]
        ]
        first = inspect.cleandoc(estimator.__doc__ or "").split("\n\n")[0]
        rows.append((code(title), escaped(first), ", ".join(own) or "–"))
    return table(("class", "description", "own parameters"), rows)
