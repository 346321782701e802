"""The page itself: a template, filled with the tables and cells of a folder of results."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import vl_convert

from bssbench.errors import InputError
from bssbench.explore import cells
from bssbench.explore.charts import charts
from bssbench.explore.claims import read_claims_table, read_sentences
from bssbench.explore.looks import core_looks, method_looks
from bssbench.explore.packing import columns_of, pack
from bssbench.explore.tables import read_sweeps, read_tables
from bssbench.files import read_json, write_text
from bssbench.scores.catalogue import SCORES

__all__ = ["SCRIPTS", "contents", "render", "write_page"]

SCRIPTS = ("data.js", "chart.js", "views.js", "claims.js", "page.js")
"""The page's own scripts, in their order; they are one module."""

_HERE = Path(__file__).parent
_LIBRARY = "window.vegaEmbed = vegaEmbed;"
_REMEDIES = {
    "summary": "This folder has no scores.csv with statistics/. 'make paper' writes both.",
    "claims": "This folder has no claims.csv. 'make paper' writes it.",
    "cores": "This folder has no tables/cores.csv. 'make paper' measures the cores.",
    "training_cost": "This folder has no tables/training_cost.csv. 'make paper' measures the cost "
    "of training.",
    "sweeps": "This folder has no tables of sweeps. 'make sweeps' writes them to results/sweeps.",
    "cells": "This folder has no cells with their data sets; committed results leave them out. "
    "'make paper' writes cells/ and data/. Then run 'make explore' again.",
}


def contents(results: Path, claims: list[Path]) -> dict[str, Any]:
    """Return the contents of the page by name: tables by columns, cells, charts and labels.

    Parameters
    ----------
    results : pathlib.Path
        A folder of results, finished or not.
    claims : list of pathlib.Path
        Files of claims, for their sentences; if there are none, those that the results name.

    Raises
    ------
    InputError
        If the folder has nothing to show, or a file in it is damaged.
    """
    if not results.is_dir():
        raise InputError(f"{results}: no such folder of results")
    tables = read_tables(results)
    judged = read_claims_table(results)
    sweeps = read_sweeps(results)
    drawn = dict(cells.read_cells(results))
    if not tables and judged is None and not sweeps and not drawn:
        raise InputError(
            f"{results}: no results in this folder; make them with 'make paper', or name a "
            "folder such as results/reference"
        )
    found: dict[str, Any] = {name: columns_of(table) for name, table in tables.items()}
    if judged is not None:
        found["claims"] = columns_of(judged) | read_sentences(results, claims)
    if sweeps:
        found["sweeps"] = {
            name: sweep | {"table": columns_of(sweep["table"])} for name, sweep in sweeps.items()
        }
    if drawn:
        found["cells"] = {name: list(content["methods"]) for name, content in drawn.items()}
        found |= {f"cells/{name}": content for name, content in drawn.items()}
    return found | {"about": _about(found)}


def _about(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page needs at once: charts, scores and what is missing."""
    sweeps = [sweep["table"] for sweep in found.get("sweeps", {}).values()]
    named = [found[name] for name in ("summary", "training_cost") if name in found]
    methods = {word: None for table in [*named, *sweeps] for word in _words(table, "method")}
    cores = _words(found["cores"], "core") if "cores" in found else []
    return {
        "charts": charts(method_looks(methods), core_looks(cores)),
        "scores": {
            name: {
                "caption": score.caption,
                "label": score.axis or score.caption,
                "decimals": score.decimals,
                "better": score.better,
            }
            for name, score in SCORES.items()
        },
        "missing": {name: text for name, text in _REMEDIES.items() if name not in found},
        "signal_steps": cells.SIGNAL_STEPS,
        "spectrum_steps": cells.SPECTRUM_STEPS,
    }


def _words(table: Mapping[str, Any], column: str) -> list[str]:
    return list(table["columns"][column]["words"])


def _origin(results: Path) -> dict[str, str]:
    """Return the commit and the time of the results, where they are known."""
    path = results / "provenance.json"
    provenance = read_json(path) if path.exists() else {}
    return {key: str(provenance.get(key, "")) for key in ("commit", "time")}


def render(content: Mapping[str, Any], title: str, origin: Mapping[str, str]) -> str:
    """Return the page as HTML with all that it needs inside; equal content gives equal bytes."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    library = vl_convert.javascript_bundle(_LIBRARY)
    own = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)
    return environment.get_template("page.html.jinja").render(
        title=title,
        origin=origin,
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        scripts=[library, own],
        # Nothing runs but these two scripts, and nothing is loaded from anywhere.
        hashes=[_digest(library), _digest(own)],
        packed={name: pack(each) for name, each in content.items()},
    )


def _digest(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def write_page(results: Path, path: Path, claims: list[Path]) -> None:
    """Write the page of `results` to `path`, whole or not at all.

    Raises
    ------
    InputError
        If the folder has nothing to show, or a file in it is damaged.
    """
    found = contents(results, claims)
    write_text(path, render(found, results.name or "results", _origin(results)))
