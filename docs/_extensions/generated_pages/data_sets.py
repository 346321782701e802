"""Families and recordings, from their modules."""

import dataclasses
import inspect
import re

from bssbench.datasets.catalogue import summary
from bssbench.datasets.families import family_names, load_family
from bssbench.datasets.recordings import load_recording, recording_names
from generated_pages.markdown import code, definition, escaped, table


def families() -> str:
    """Return an entry for each family: its law, its defaults and its parameters."""
    return "\n".join(map(_family, family_names()))


def _family(name: str) -> str:
    family = load_family(name)
    first, *rest = _paragraphs(family.__doc__ or "")
    facts = [f"{family.default_n_sources} sources", f"{family.default_noise:.0%} sensor noise"]
    if family.negative_control:
        facts.append("negative control: no method can separate its sources")
    if family.untouched:
        facts.append("untouched: no setting is chosen on it")
    parameters = ", ".join(
        code(f"{field.name}={field.default}") for field in dataclasses.fields(family)
    )
    return definition(
        code(name),
        escaped(first),
        *map(escaped, rest),
        f"Defaults: {'; '.join(facts)}.",
        f"Parameters: {parameters}." if parameters else "",
    )


def _paragraphs(docstring: str) -> list[str]:
    """Return the paragraphs of a docstring before its first section."""
    return re.split(r"\n\n\w+\n---", inspect.cleandoc(docstring))[0].split("\n\n")


def recordings() -> str:
    """Return a table of the recordings, with their sizes, and an entry for each."""
    sizes = []
    for name in recording_names():
        module = load_recording(name)
        records = str(getattr(module, "N_RECORDS", 1))
        size = (module.N_CHANNELS, module.LENGTH, module.N_SOURCES)
        sizes.append((code(name), *(f"{number:,}" for number in size), records))
    entries = [definition(code(name), escaped(summary(name))) for name in recording_names()]
    heads = ("recording", "channels", "samples", "sources to find", "records")
    return "\n".join([table(heads, sizes), *entries])
