"""Every method with its parameters, from their classes."""

import dataclasses
import inspect
from typing import Any

from bssbench.estimators.naming import class_name
from bssbench.methods import control_names, load_method, method_module, method_names
from generated_pages.markdown import code, escaped, table

_GROUPS = {
    "vae": "Variational autoencoders",
    "classical": "Classical methods",
    "controls": "Controls",
}


def markdown() -> str:
    """Return the methods by kind: a table of what each is and what it takes."""
    parts = []
    for package, title in _GROUPS.items():
        names = [name for name in method_names() if f".{package}." in method_module(name)]
        parts += [f"## {title}\n", table(("method", "estimator", "description"), map(_row, names))]
    return "\n".join(parts)


def _row(name: str) -> tuple[str, str, str]:
    method = _method(name)
    first = inspect.cleandoc(method.__doc__ or "").split("\n\n")[0]
    estimator = "–" if name in control_names() else code(class_name(name))
    return f"[{code(name)}](#{name})", estimator, escaped(first)


def hyperparameters() -> str:
    """Return a section for each method: a table of its parameters, bounds and origins."""
    return "\n".join(f"### {name}\n\n{_parameters(name)}" for name in method_names())


def _parameters(name: str) -> str:
    fields = dataclasses.fields(_method(name))
    if not fields:
        return "None.\n"
    rows = [
        (
            code(field.name),
            _type(field),
            "by rule" if field.default is None else code(field.default),
            escaped(field.metadata.get("source", "not stated")),
        )
        for field in fields
    ]
    return table(("parameter", "type", "default", "where the default comes from"), rows)


def _type(field: Any) -> str:
    facts = field.metadata
    if facts.get("choices"):
        return ", ".join(map(code, facts["choices"]))
    kind = field.type if isinstance(field.type, str) else getattr(field.type, "__name__", "")
    bounds = ""
    if facts.get("at_least") is not None:
        bounds += f" ≥ {facts['at_least']:g}"
    if facts.get("above") is not None:
        bounds += f" > {facts['above']:g}"
    return f"{(kind or str(field.type)).replace(' | ', ' or ')}{bounds}"


def _method(name: str) -> Any:
    return type(load_method(name, {}))
