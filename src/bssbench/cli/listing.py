"""The output of `bssbench list`."""

import dataclasses
import importlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from bssbench.errors import InputError
from bssbench.methods import load_method, method_names
from bssbench.plugins.registry import plugin_modules

__all__ = ["listing"]

_SWEEPS = Path("config/sweeps.yaml")

_IDENTIFIERS = """\
  An id has the form {grammar}, in this order. Leave out parts that have
  their default: N sources; MIXING post-nonlinear or mlp-L (L layers; default linear); a mixing
  matrix of condition number K; M channels; P % noise (--set noise=0.125 for a fraction of a
  percent); outliers in Q % of the samples; T samples; 4x for four times the sampling rate, also of
  a recording. Examples: gp-distinct-5-mlp-1, waveforms-noise20, mixed-8-cond30, gp-distinct-4x."""


def _section(title: str, entries: Iterable[tuple[str, str]]) -> str:
    entries = list(entries)
    width = max(len(name) for name, _ in entries) + 2
    return "\n".join([title, *(f"  {name:{width}}{text}" for name, text in entries)])


def _parameters(kind: type[Any]) -> str:
    parameters = ", ".join(
        f"{field.name}={'by rule' if field.default is None else field.default}"
        for field in dataclasses.fields(kind)
    )
    return f" [{parameters}]" if parameters else ""


def _with_origin(name: str, kinds: tuple[str, ...], describe: Callable[[], str]) -> str:
    """Return the description of a name, and the plug-in that defines it if there is one."""
    origins = [plugin_modules(kind)[name].origin for kind in kinds if name in plugin_modules(kind)]
    if not origins:
        return describe()
    try:
        return f"{describe()} (plug-in: {origins[0]})"
    except InputError as error:
        # A broken package must not hide the others.
        return f"can't be used: {error}"


def _datasets() -> str:
    # Imported here, like the scores below: both import much of SciPy, which takes a second.
    from bssbench.datasets.catalogue import dataset_names, summary
    from bssbench.datasets.families import family_names, load_family
    from bssbench.datasets.identifier import GRAMMAR

    def line(name: str) -> str:
        if name not in family_names():
            return summary(name)
        family = load_family(name)
        untouched = " Never used to choose settings." if family.untouched else ""
        return summary(name) + untouched + _parameters(family)

    kinds = ("family", "recording")
    entries = [(name, _with_origin(name, kinds, partial(line, name))) for name in dataset_names()]
    section = _section("Data sets [parameters for --set]", entries)
    return f"{section}\n{_IDENTIFIERS.format(grammar=GRAMMAR)}"


def _methods() -> str:
    entries = [
        (name, _with_origin(name, ("method",), partial(_method_line, name)))
        for name in method_names()
    ]
    return _section("Methods [parameters for --set]", entries)


def _scores() -> str:
    from bssbench.scores.catalogue import SCORES

    return _section("Scores", [(name, _score_line(name)) for name in SCORES])


def _method_line(name: str) -> str:
    method = type(load_method(name, {}))
    return (method.__doc__ or "").splitlines()[0] + _parameters(method)


def _score_line(name: str) -> str:
    from bssbench.scores.catalogue import SCORES

    origins = [
        each.origin
        for each in plugin_modules("score").values()
        if name in {score.name for score in importlib.import_module(each.module).SCORES}
    ]
    return SCORES[name].description + "".join(f" (plug-in: {origin})" for origin in origins)


def _hyperparameters() -> str:
    """Return the parameters of all methods, with their defaults and how these were chosen."""
    rows = [
        (
            name,
            field.name,
            "by rule" if field.default is None else str(field.default),
            field.metadata.get("source", "not stated"),
        )
        for name in method_names()
        for field in dataclasses.fields(load_method(name, {}))
    ]
    # Imported here, so that listing names stays fast.
    import pandas as pd

    table = pd.DataFrame(rows, columns=["method", "parameter", "default", "source"])
    return table.to_markdown(index=False, disable_numparse=True)


def _sweeps(path: Path) -> str:
    """Return the sweeps of an experiment: question, axes, numbers of points and cells."""
    from bssbench.experiment.configuration import (
        changed_hyperparameters,
        configure,
        use_plugins,
    )
    from bssbench.files import read_yaml

    content = read_yaml(path)
    use_plugins(content, path.parent)
    changed = path.with_name("methods.yaml")
    hyperparameters = changed_hyperparameters(changed) if changed.exists() else None
    sweeps = configure(content, hyperparameters, path.parent).sweeps
    if not sweeps:
        raise InputError(f"{path}: no sweeps; define them under 'sweeps'")
    lines = [f"Sweeps of {path} (axes)"]
    for sweep in sweeps.values():
        axes = "; ".join(f"{axis} {_values(values)}" for axis, values in sweep.axes.items())
        lines += [
            f"  {sweep.name}  {sweep.question}",
            f"    {axes}",
            f"    {len(sweep.points)} points, seeds {sweep.seeds}, {len(sweep.cells())} cells",
        ]
    return "\n".join(lines)


def _sweeps_or_why_not(path: Path) -> str:
    try:
        return _sweeps(path)
    except InputError as error:
        return f"Sweeps: can't be used: {error}"


def _values(values: Iterable[Any]) -> str:
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def listing(kind: str | None = None, configuration: Path | None = None) -> str:
    """Return names and summaries of ``datasets``, ``methods``, ``scores`` or ``sweeps``, or of all.

    ``hyperparameters`` gives a Markdown table of the parameters of all methods. Sweeps are read
    from `configuration`, by default from ``config/sweeps.yaml`` if it exists.

    Raises
    ------
    InputError
        If sweeps are requested and the file has none.
    """
    if kind == "hyperparameters":
        return _hyperparameters()
    sections = {"datasets": _datasets, "methods": _methods, "scores": _scores}
    file = configuration or _SWEEPS
    if kind == "sweeps" or configuration:
        sections["sweeps"] = partial(_sweeps, file)
    elif file.exists():
        # An invalid file must not hide the other sections.
        sections["sweeps"] = partial(_sweeps_or_why_not, file)
    return "\n\n".join(make() for name, make in sections.items() if kind in (None, name))
