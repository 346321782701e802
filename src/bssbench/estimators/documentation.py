"""Docstrings of estimators in numpydoc format, made from those of their methods."""

import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Mapping
from typing import Any

__all__ = ["document"]

_WIDTH = 96
_TITLE, _METHODS = "bssbench", "bssbench.methods."
_GENERAL = {
    "n_components": (
        "int or None, default=None",
        "Number of sources; None for the rank of the channels.",
    ),
    "nonlinear": (
        "bool, default=False",
        "Whether to assume nonlinear mixing. Then there is no unmixing matrix.",
    ),
    "device": ("str, default='cpu'", "Device for training: cpu or cuda."),
    "random_state": (
        "int, RandomState instance, numpy.random.Generator, SeedSequence or None, default=None",
        "Source of the initialisations. An integer gives the same result each time, equal to that "
        "of ``bssbench separate --seed``.",
    ),
    "verbose": ("bool, default=False", "Whether to show a progress bar."),
}
_DETERMINISTIC = "Not used: the method is deterministic."
_ATTRIBUTES = """
components_ : ndarray of shape (n_components, n_features)
    The unmixing matrix: sources are ``components_ @ (x - mean_)``.
mixing_ : ndarray of shape (n_features, n_components)
    The sensor pattern of each source, by least squares of the channels on the sources. A right
    inverse of `components_`.
mean_ : ndarray of shape (n_features,)
    Mean of each channel.
n_components_ : int
    Number of sources.
n_features_in_ : int
    Number of channels.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the channels, if X has names.
converged_ : bool or None
    Whether the method met its convergence criterion; None if it has none.
diagnostics_ : dict
    Further information about the result, in types of JSON.
"""
_OF_ITERATION = """
n_iter_ : int
    Number of iterations.
"""
_OF_CLOSED_FORM = """
n_iter_ : int
    1, because the solution has a closed form.
"""
_OF_LOSS = """
loss_ : float
    Loss of the initialisation that was kept.
"""
_OF_TRAINING = """
loss_curve_ : ndarray of shape (`n_iter_`,)
    The objective at each step, in nats per time point. The curve may rise, because the variance
    of the decoder decreases during training.
prior_ : dict of str to ndarray of shape (n_components, ...)
    Learned parameters of the prior of each source.
uncertainty_ : ndarray of shape (n_components,)
    Posterior standard deviation of each source.
"""


def document(
    title: str,
    method: Any,
    fields: Mapping[str, dataclasses.Field[Any]],
    defaults: Mapping[str, Any],
) -> str:
    """Return the docstring of the class `title`.

    Parameters
    ----------
    title : str
        Name of the class.
    method : type
        Dataclass of the method.
    fields : mapping of str to dataclasses.Field
        Its fields, by parameter name.
    defaults : mapping of str to object
        Defaults of all keyword parameters, in order.
    """
    summary, *rest = _before_attributes(inspect.cleandoc(method.__doc__ or title))
    rest = [_source_of(method), *rest, *_of_bases(method)]
    described = _described_attributes(method)
    parameters = [_general("n_components", method)]
    for name in defaults:
        if name in fields:
            parameters.append(_own(name, fields[name], described.get(fields[name].name, "")))
        else:
            parameters.append(_general(name, method))
    sections = [summary, *filter(None, rest), _section("Parameters", "\n".join(parameters))]
    sections.append(_section("Attributes", _attributes(fields)))
    example = (
        f">>> from {_TITLE} import {title}\n"
        f">>> sources = {title}(random_state=0).fit_transform(X)  # doctest: +SKIP"
    )
    return "\n\n".join([*sections, _section("Examples", example)])


def _section(title: str, body: str) -> str:
    return f"{title}\n{'-' * len(title)}\n{body.strip()}"


def _attributes(fields: Mapping[str, Any]) -> str:
    trains = "steps" in fields
    iterates = trains or "max_iterations" in fields
    parts = [_ATTRIBUTES, _OF_ITERATION if iterates else _OF_CLOSED_FORM]
    if "n_restarts" in fields:
        parts.append(_OF_LOSS)
    if trains:
        parts.append(_OF_TRAINING)
    return "".join(part.removeprefix("\n") for part in parts)


def _general(name: str, method: Any) -> str:
    kind, text = _GENERAL[name]
    if name == "random_state" and method.deterministic:
        text = _DETERMINISTIC
    return _entry(name, kind, text)


def _own(name: str, field: dataclasses.Field[Any], text: str) -> str:
    """Return the entry of a field, with its type, default and limits."""
    limits = field.metadata
    choices = limits.get("choices")
    kind = "{" + ", ".join(map(repr, choices)) + "}" if choices else _type_name(field.type)
    if limits.get("at_least") is not None:
        text += f" At least {limits['at_least']:g}."
    if limits.get("above") is not None:
        text += f" More than {limits['above']:g}."
    return _entry(name, f"{kind}, default={field.default!r}", text.strip())


def _type_name(annotation: Any) -> str:
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", None)
    return (name or str(annotation)).replace(" | ", " or ")


def _entry(name: str, kind: str, text: str) -> str:
    body = textwrap.fill(text, _WIDTH, initial_indent="    ", subsequent_indent="    ")
    return f"{name} : {kind}" + (f"\n{body}" if text else "")


def _before_attributes(docstring: str) -> list[str]:
    """Return the paragraphs before the first section."""
    text = re.split(r"\n[A-Z][a-z]+\n-{3,}\n", docstring)[0]
    return [part.strip("\n") for part in re.split(r"\n\s*\n", text) if part.strip()]


def _source_of(method: Any) -> str:
    """Return the first line of the module of the method, which names its source."""
    module = inspect.cleandoc(getattr(sys.modules.get(method.__module__), "__doc__", None) or "")
    return module.split("\n\n")[0]


def _of_bases(method: Any) -> list[str]:
    """Return the paragraphs of the shared base classes, without their summary lines."""
    shared = [base for base in method.__mro__[1:] if base.__module__.startswith(_METHODS)]
    return [
        part for base in shared for part in _before_attributes(inspect.cleandoc(base.__doc__))[1:]
    ]


def _described_attributes(method: Any) -> dict[str, str]:
    """Return the descriptions of attributes in the docstrings of a class and its bases, by name.

    Entries without a type, such as ``as for`` another method, are skipped in favour of a base.
    """
    described: dict[str, str] = {}
    for base in method.__mro__:
        docstring = inspect.cleandoc(base.__dict__.get("__doc__") or "")
        _, _, section = docstring.partition("Attributes\n----------\n")
        entries = re.findall(r"^(\S[^\n]*) : [^\n]*\n((?:    [^\n]*\n?)+)", section, re.MULTILINE)
        for names, body in entries:
            for name in names.split(", "):
                described.setdefault(name, " ".join(body.split()))
    return described
