"""Which files of a run are not of today's configuration, code and data, and which run one is of."""

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

# Where they lie from the top of the project, where the workflow is run as well.
_CONFIGURATIONS = Path("config")
_PLACES = tuple(map(Path, ("results", "results/reference", "results/extended", "results/smoke")))
_SUFFIXES = (".csv", ".md", ".tex", ".pdf", ".png", ".txt")


@dataclass(frozen=True)
class Origin:
    """Where a file comes from: what it is a copy of, in the results of a run at a commit, if any.

    `reasons` say what it was made from that is not today's: ``configuration``, ``code``, ``data``.
    """

    path: Path
    results: Path
    commit: str | None
    reasons: list[str]


def check(
    directory: Path | None = None, configuration: Path | None = None
) -> dict[Path, list[str]]:
    """Compare every table, figure and file of claims of a run with what it was made from.

    Where its cells are there, they are compared with today's code.

    Parameters
    ----------
    directory : pathlib.Path, optional
        The run's results, with ``manifest.json`` and ``provenance.json``; without it ``results``,
        or ``results/reference`` if nothing was run.
    configuration : pathlib.Path, optional
        The experiment's file; without it the one that the run was made from.

    Returns
    -------
    dict
        For each file what is wrong: it was made from another ``configuration``, ``code`` or
        ``data``, was ``modified`` since, is ``missing`` or is ``not in the manifest``; nothing
        where it is up to date. A folder of figures that was not kept at all is not missed.

    Raises
    ------
    InputError
        If there is no run or no manifest of it, or the configuration is wrong.
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
    # What the experiment has by now and the run had not.
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
    """Return the ``run.json`` of each cell of other code than today's, and of which version it is.

    That the workflow would make them again does not help where its memory of them is lost, as in a
    copy.
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
    """Find the runs that made a figure or table, by its bytes.

    Parameters
    ----------
    file : pathlib.Path
        The figure or table, or a copy from anywhere.
    directories : sequence of pathlib.Path, optional
        Folders of results to look in; without them those that the project has.

    Raises
    ------
    InputError
        If there is no such file, or a folder given is not one of results.
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
    """Return the run's folder of figures."""
    try:
        return Path(run["configuration"]["output"]["figures"])
    except (KeyError, TypeError):
        raise InputError(f"{_provenance(directory)}: not the provenance of a run") from None


def _experiment(run: Mapping[str, Any], configuration: Path | None) -> Configuration:
    """Read an experiment's file as the workflow does; without one that of the run."""
    path = configuration or Path(run.get("configuration_file") or _CONFIGURATIONS / "paper.yaml")
    content = read_yaml(path)
    # A file that the user names may name code.
    record = "" if configuration else str(path)
    # First, for methods.yaml may say something of their methods.
    use_plugins(content, path.parent, record)
    hyperparameters = changed_hyperparameters(_CONFIGURATIONS / "methods.yaml")
    return configure(content, hyperparameters, path.parent, record)
