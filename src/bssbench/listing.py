"""What `bssbench list` prints."""

import dataclasses
from collections.abc import Iterable

from bssbench.datasets.catalogue import dataset_names, summary
from bssbench.methods import load_method, method_names
from bssbench.scores.cell import SCORES

__all__ = ["listing"]


def _section(title: str, entries: Iterable[tuple[str, str]]) -> str:
    entries = list(entries)
    width = max(len(name) for name, _ in entries) + 2
    return "\n".join([title, *(f"  {name:{width}}{text}" for name, text in entries)])


def _parameters(method: str) -> str:
    fields = dataclasses.fields(type(load_method(method, {})))
    return ", ".join(f"{field.name}={field.default}" for field in fields)


def _method_line(name: str) -> str:
    line = (type(load_method(name, {})).__doc__ or "").splitlines()[0]
    parameters = _parameters(name)
    return f"{line} [{parameters}]" if parameters else line


def listing(kind: str | None = None) -> str:
    """Return names and summaries of ``datasets``, ``methods`` or ``scores``, or of all three."""
    sections = {
        "datasets": lambda: _section("Data sets", [(n, summary(n)) for n in dataset_names()]),
        "methods": lambda: _section(
            "Methods [parameters for --set]", [(n, _method_line(n)) for n in method_names()]
        ),
        "scores": lambda: _section("Scores", SCORES.items()),
    }
    return "\n\n".join(make() for name, make in sections.items() if kind in (None, name))
