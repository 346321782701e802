"""Sphinx extension: parts of pages that are generated from the code when the site is built.

A line ``<!-- generated: NAME -->`` of a page is replaced by the Markdown that ``GENERATORS[NAME]``
returns; words after the name are its arguments. Nothing that is generated is written to a file.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from generated_pages import (
    commands,
    configuration,
    data_sets,
    interface,
    kernels,
    methods,
    outputs,
    scores,
)

GENERATORS: dict[str, Callable[..., str]] = {
    "command-list": commands.overview,
    "commands": commands.markdown,
    "configuration": configuration.experiment,
    "claims-file": configuration.claims,
    "families": data_sets.families,
    "recordings": data_sets.recordings,
    "methods": methods.markdown,
    "hyperparameters": methods.hyperparameters,
    "kernels": kernels.kernels,
    "cores": kernels.cores,
    "scores": scores.markdown,
    "outputs": outputs.markdown,
    "interface": interface.markdown,
    "estimators": interface.estimators,
}
_DOCS = Path(__file__).resolve().parents[2]
_LINK_UPWARDS = re.compile(r"(?<!!)(\[[^\]]*\])\((\.\./[^)#\s]+)(?:#[^)\s]*)?\)")
_MARKER = re.compile(r"^<!-- generated: ([a-z-]+)((?: [a-z_-]+)*) -->$", re.MULTILINE)


def expanded(text: str) -> str:
    """Return the text of a page with its generated parts in place of their markers."""
    return _MARKER.sub(lambda marker: GENERATORS[marker[1]](*marker[2].split()), text)


def with_files(text: str, page: Path) -> str:
    """Return the text of a page with its links to files outside docs/ as links to copies of them.

    So a link works where the page is read in the repository, and on the site.
    """

    def link(match: re.Match[str]) -> str:
        target = (page.parent / match[2]).resolve()
        outside = target.is_file() and not target.is_relative_to(_DOCS)
        return f"{match[1]}(path:{match[2]})" if outside else match[0]

    return _LINK_UPWARDS.sub(link, text)


def _prepare(app: Any, name: str, source: list[str]) -> None:
    source[0] = with_files(expanded(source[0]), Path(app.env.doc2path(name)))


def _with_markers(env: Any) -> list[str]:
    """Return the pages with generated parts: they depend on code that Sphinx doesn't watch."""
    pages = (name for name in env.found_docs if env.doc2path(name).suffix == ".md")
    return [name for name in pages if _MARKER.search(Path(env.doc2path(name)).read_text("utf-8"))]


def setup(app: Any) -> dict[str, Any]:
    """Register the extension with Sphinx."""
    app.connect("source-read", _prepare)
    app.connect("env-get-outdated", lambda _, env, *__: _with_markers(env))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
