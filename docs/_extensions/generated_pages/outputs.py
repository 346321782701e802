"""Every table and figure of the main experiment, from the stages that the workflow makes."""

import importlib
import inspect
from collections.abc import Iterable
from pathlib import Path

from bssbench.experiment.configuration import configure
from bssbench.files import read_yaml
from bssbench.paper.figures import figure_module, figure_names
from bssbench.reproduction.artefacts import Stage, stages
from generated_pages.markdown import code, escaped, table

_PROJECT = Path(__file__).parents[3]


def markdown() -> str:
    """Return a table of the files of each stage that any of the experiments of config/ has."""
    found: dict[str, Stage] = {}
    for name in ("paper", "extended"):
        content = read_yaml(_PROJECT / "config" / f"{name}.yaml")
        found |= stages(configure(content, None, _PROJECT / "config"))
    rows = []
    for stage in found.values():
        for stem, suffixes in _by_stem(stage.outputs).items():
            # The page names the formats of tables and figures.
            files = stem if len(suffixes) > 2 else ", ".join(f"{stem}.{each}" for each in suffixes)
            inputs = _inputs(name for name in stage.inputs if name not in stage.outputs)
            rows.append((code(files), escaped(_meaning(stem, stage)), inputs))
    return table(("file", "content", "made from"), rows)


def _by_stem(outputs: tuple[str, ...]) -> dict[str, list[str]]:
    stems: dict[str, list[str]] = {}
    for output in outputs:
        stem, suffix = output.rsplit(".", 1)
        stems.setdefault(stem, []).append(suffix)
    return stems


def _inputs(names: Iterable[str]) -> str:
    shown = ("statistics/" if name.startswith("statistics/") else name for name in names)
    return ", ".join(dict.fromkeys(map(code, shown))) or "the cells"


def _meaning(stem: str, stage: Stage) -> str:
    """Return the first line of the docstring of the module that makes the file."""
    name = stem.rpartition("/")[2]
    if name in figure_names():
        module = figure_module(name)
    elif stem.startswith("statistics/"):
        module = f"bssbench.statistics.{name}"
    else:
        own = [each for each in stage.modules if name.rstrip("s") in each]
        drawn = [each for each in own if not each.endswith(("_table", "_tables"))]
        similar = drawn if stem.startswith("figures/") else own
        module = [*similar, *stage.modules][0]
    document = importlib.import_module(module).__doc__ or ""
    return inspect.cleandoc(document).split("\n\n")[0]
