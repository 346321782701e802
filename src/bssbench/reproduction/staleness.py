"""Find outdated files of a run, and the runs that created a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bssbench.errors import InputError
from bssbench.experiment.configuration import (
    Configuration,
    changed_hyperparameters,
    configure,
    use_plugins,
)
from bssbench.files import read_json, read_yaml
from bssbench.files.checksums import digest
from bssbench.reproduction.artefacts import cell_modules, locate, stages
from bssbench.reproduction.code_hashes import code_hash
from bssbench.reproduction.manifest import FILE_NAME, differences, read_manifest

__all__ = ["Origin", "check", "find_origins"]

# Relative to the top of the project, where the workflow is run.
_CONFIGURATIONS = Path("config")
_PLACES = tuple(map(Path, ("results", "results/reference", "results/extended", "results/smoke")))
_SUFFIXES = (".csv", ".md", ".tex", ".pdf", ".png", ".txt")


@dataclass(frozen=True)
class Origin:
    """The origin of a file.

    Attributes
    ----------
    path : pathlib.Path
        The original file.
    results : pathlib.Path
        Folder of the run's results.
    commit : str or None
        The run's commit.
    reasons : list of str
        Origins that differ from the current ones: ``configuration``, ``code``, ``data``.
    """

    path: Path
    results: Path
    commit: str | None
    reasons: list[str]


def check(
    directory: Path | None = None, configuration: Path | None = None
) -> dict[Path, list[str]]:
    """Compare every table, figure and file of claims of a run with its current origins.

    Cells, if they exist, are compared with the current code.

    Parameters
    ----------
    directory : pathlib.Path, optional
        Results of the run, with ``manifest.json`` and ``provenance.json``. The default is
        ``results``, or ``results/reference`` if there was no run.
    configuration : pathlib.Path, optional
        The experiment's file; the default is that of the run.

    Returns
    -------
    dict of pathlib.Path to list of str
        The problems of each file: a changed ``configuration``, ``code`` or ``data``, or
        ``modified``, ``missing`` or ``not in the manifest``. The list is empty for a file that is
        up to date. If the whole folder of figures is missing, its files are not reported.

    Raises
    ------
    InputError
        If there is no run or no manifest, or if the configuration is invalid.
    """
    if directory is None:
        directory = next((each for each in _PLACES[:2] if _provenance(each).exists()), _PLACES[1])
    run = read_json(_provenance(directory))
    figures = _figures(run, directory)
    manifest = read_manifest(directory)
    experiment = _experiment(run, configuration)
    today = stages(experiment)
    found: dict[Path, list[str]] = {}
    for name, entry in manifest.items():
        reasons = differences(entry, today.get(name), experiment, directory)
        for output, recorded in entry.files.items():
            path = locate(output, directory, figures)
            if path.exists():
                found[path] = reasons + ["modified"] * (digest(path) != recorded)
            elif path.parent != figures or figures.exists():
                found[path] = ["missing"]
    # Stages that were added after the run.
    for name in today.keys() - manifest.keys():
        for output in today[name].outputs:
            path = locate(output, directory, figures)
            if path.parent != figures or figures.exists():
                found[path] = ["not in the manifest" if path.exists() else "missing"]
    present = [*directory.glob("tables/*"), *directory.glob("claims.*"), *figures.glob("*")]
    unknown = {path for path in present if path.suffix in _SUFFIXES} - set(found)
    found |= {path: ["not in the manifest"] for path in unknown}
    found |= _cells_of_other_code(experiment, directory)
    return dict(sorted(found.items()))


def _cells_of_other_code(experiment: Configuration, directory: Path) -> dict[Path, list[str]]:
    """Return the ``run.json`` of each cell that was run with different code, with its version.

    The workflow does not notice such cells if its own records are missing, for example in a copy.
    """
    found = {}
    cells = [*experiment.cells(), *(experiment.ablation.cells() if experiment.ablation else [])]
    cells += [cell for sweep in experiment.sweeps.values() for cell in sweep.cells()]
    for dataset, method in cells:
        path = directory / "cells" / dataset / method / "run.json"
        if path.exists():
            run = read_json(path)
            if run.get("code") != code_hash(cell_modules(experiment, method)):
                version = run.get("provenance", {}).get("versions", {}).get("bssbench", "unknown")
                found[path] = [f"code (of bssbench {version})"]
    return found


def find_origins(file: Path, directories: Sequence[Path] = ()) -> list[Origin]:
    """Find the runs that created a figure or table, by its content.

    Parameters
    ----------
    file : pathlib.Path
        The figure or table, or a copy of it.
    directories : sequence of pathlib.Path, optional
        Folders of results to search; the default is all of the project.

    Returns
    -------
    list of Origin
        The runs.

    Raises
    ------
    InputError
        If the file does not exist, or a folder is not one of results.
    """
    if not file.is_file():
        raise InputError(f"{file}: no such file")
    known = directories or [each for each in _PLACES if (each / FILE_NAME).exists()]
    wanted, origins = digest(file), []
    for directory in known:
        for name, entry in read_manifest(directory).items():
            for output, recorded in entry.files.items():
                if recorded == wanted:
                    run = read_json(_provenance(directory))
                    experiment = _experiment(run, None)
                    origins.append(
                        Origin(
                            path=locate(output, directory, _figures(run, directory)),
                            results=directory,
                            commit=run.get("commit"),
                            reasons=differences(
                                entry, stages(experiment).get(name), experiment, directory
                            ),
                        )
                    )
    return origins


def _provenance(directory: Path) -> Path:
    return directory / "provenance.json"


def _figures(run: Mapping[str, Any], directory: Path) -> Path:
    """Return the folder of the run's figures."""
    try:
        return Path(run["configuration"]["output"]["figures"])
    except (KeyError, TypeError):
        raise InputError(f"{_provenance(directory)}: not the provenance of a run") from None


def _experiment(run: Mapping[str, Any], configuration: Path | None) -> Configuration:
    """Read an experiment's file as the workflow does; the default is that of the run."""
    path = configuration or Path(run.get("configuration_file") or _CONFIGURATIONS / "paper.yaml")
    content = read_yaml(path)
    # Only a file that the user names may name plug-ins, which are code.
    record = "" if configuration else str(path)
    # First, because methods.yaml may contain values for their methods.
    use_plugins(content, path.parent, record)
    hyperparameters = changed_hyperparameters(_CONFIGURATIONS / "methods.yaml")
    return configure(content, hyperparameters, path.parent, record)
