"""Estimator classes, created from the dataclasses of the methods."""

import dataclasses
import inspect
import types
from collections.abc import Callable
from functools import cache
from typing import Any

from bssbench.estimators.documentation import document
from bssbench.estimators.naming import class_name
from bssbench.estimators.scoring import ScoringSeparator
from bssbench.estimators.separator import SourceSeparator
from bssbench.methods import control_names, load_method, method_names
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.parameters import closest

__all__ = ["estimator_names", "make_estimator"]


def estimator_names() -> dict[str, str]:
    """Return the method of each estimator by class name, for all methods except the controls."""
    controls = control_names()
    return {class_name(name): name for name in method_names() if name not in controls}


def make_estimator(name: str) -> type[SourceSeparator]:
    """Return the estimator class of a method; always the same object.

    Parameters
    ----------
    name : str
        Name of the method, for instance ``skr-vae``.

    Returns
    -------
    type
        The class, derived from `SourceSeparator`.

    Raises
    ------
    InputError
        If there is no such method.
    """
    method: Any = type(load_method(name, {}))
    return _made(name, method)


@cache
def _made(name: str, method: Any) -> type[SourceSeparator]:
    fields = {
        "n_restarts" if field.name == "restarts" else field.name: field
        for field in dataclasses.fields(method)
    }
    defaults = _defaults(method, {key: field.default for key, field in fields.items()})
    scores = method.has_held_out_objective and hasattr(method, "objective")
    base = ScoringSeparator if scores else SourceSeparator
    title = class_name(name)
    attributes = {
        "__module__": "bssbench.estimators",
        "__qualname__": title,
        "__doc__": document(title, method, fields, defaults),
        "__init__": _initialiser(title, defaults),
        "method_name": name,
        "method_parameters": {key: field.name for key, field in fields.items()},
    }
    return types.new_class(title, (base,), exec_body=lambda space: space.update(attributes))


def _defaults(method: Any, own: dict[str, Any]) -> dict[str, Any]:
    """Return the defaults of all keyword parameters, in order."""
    first = {"nonlinear": False} if method.can_demix_nonlinearly else {}
    chosen = {"device": "cpu"} if issubclass(method, VariationalMethod) else {}
    return first | own | chosen | {"random_state": None, "verbose": False}


def _initialiser(title: str, defaults: dict[str, Any]) -> Callable[..., None]:
    """Return an ``__init__`` with an explicit signature, as scikit-learn requires."""

    def __init__(self: Any, n_components: Any = None, **settings: Any) -> None:  # noqa: N807
        for name in settings.keys() - defaults.keys():
            hint = closest(name, ["n_components", *defaults])
            raise TypeError(f"{title} has no parameter {name!r}; {hint}")
        self.n_components = n_components
        for name, value in (defaults | settings).items():
            setattr(self, name, value)

    kinds = inspect.Parameter
    parameters = [
        kinds("self", kinds.POSITIONAL_OR_KEYWORD),
        kinds("n_components", kinds.POSITIONAL_OR_KEYWORD, default=None),
        *(kinds(name, kinds.KEYWORD_ONLY, default=value) for name, value in defaults.items()),
    ]
    __init__.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    __init__.__qualname__ = f"{title}.__init__"
    return __init__
