"""Every table and figure of the main experiment, from the stages that the workflow makes."""

import importlib
import inspect
import re
from pathlib import Path

from bssbench.experiment.configuration import configure
from bssbench.files import read_yaml
from bssbench.paper.figures import figure_module, figure_names
from bssbench.reproduction.artefacts import Stage, stages
from generated_pages.markdown import code, escaped, table

_PROJECT = Path(__file__).parents[3]
_SUFFIX = re.compile(r"\.(\w+)$")


def markdown() -> str:
    """Return a table of the files of each stage that any of the experiments of config/ has."""
    found: dict[str, Stage] = {}
    for name in ("paper", "extended"):
        content = read_yaml(_PROJECT / "config" / f"{name}.yaml")
        found |= stages(configure(content, None, _PROJECT / "config"))
    rows = []
    for name, stage in found.items():
        for stem, suffixes in _by_stem(stage.outputs).items():
            files = f"{stem}.{suffixes[0]}" if len(suffixes) == 1 else _braced(stem, suffixes)
            rows.append((code(files), escaped(_meaning(name, stem, stage)), _inputs(stage)))
    return table(("file", "content", "made from"), rows)


def _by_stem(outputs: tuple[str, ...]) -> dict[str, list[str]]:
    stems: dict[str, list[str]] = {}
    for output in outputs:
        stem, suffix = output.rsplit(".", 1)
        stems.setdefault(stem, []).append(suffix)
    return stems


def _braced(stem: str, suffixes: list[str]) -> str:
    return f"{stem}.{{{','.join(suffixes)}}}"


def _inputs(stage: Stage) -> str:
    names = [code(name) for name in stage.inputs if not name.startswith("statistics/")]
    if len(names) < len(stage.inputs):
        names.append(code("statistics/"))
    return ", ".join(names) or "the cells"


def _meaning(name: str, stem: str, stage: Stage) -> str:
    """Return the first line of the docstring of the module that writes the file."""
    last = stem.rpartition("/")[2]
    candidates = [figure_module(last)] if last in figure_names() else []
    words = last.replace("comparisons", "comparison").replace("ranks", "rank")
    for module in stage.modules:
        if ".paper." in module and module.rpartition(".")[2].startswith(words):
            candidates.append(module)
    candidates += stage.modules
    module = importlib.import_module(candidates[0])
    return inspect.cleandoc(module.__doc__ or "").split("\n\n")[0]
