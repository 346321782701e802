"""Which tables, figures and claims of a run are not of today's configuration, code and scores."""

from pathlib import Path

from bssbench.errors import InputError
from bssbench.experiment.configuration import Configuration, configure
from bssbench.experiment.hyperparameters import changed_hyperparameters
from bssbench.files import read_json, read_yaml
from bssbench.paper.stamps import read_stamp
from bssbench.reproduction.identity import differences

__all__ = ["check"]

# Where they lie from the top of the project, where the workflow is run as well.
_CONFIGURATIONS = Path("config")
_PLACES = (Path("results"), Path("results/reference"))
_SUFFIXES = (".csv", ".md", ".tex", ".pdf", ".png", ".txt")


def check(
    directory: Path | None = None, configuration: Path | None = None
) -> dict[Path, list[str]]:
    """Compare every table, figure and file of claims of a run with what it was made from.

    Parameters
    ----------
    directory : pathlib.Path, optional
        The run's results, with its ``provenance.json``; without it ``results``, or
        ``results/reference`` if nothing was run.
    configuration : pathlib.Path, optional
        The experiment's file; without it the one that the run was made from.

    Returns
    -------
    dict
        For each file what differs: ``configuration``, ``sources``, ``data``, or that it has ``no
        identity``; nothing where it is up to date.

    Raises
    ------
    InputError
        If there is no run, none of its files, or the configuration is wrong.
    """
    if directory is None:
        directory = next((place for place in _PLACES if _provenance(place).exists()), _PLACES[-1])
    run = read_json(_provenance(directory))
    try:
        figures = Path(run["configuration"]["output"]["figures"])
        own = Path(run.get("configuration_file") or _CONFIGURATIONS / "paper.yaml")
    except (KeyError, TypeError):
        raise InputError(f"{_provenance(directory)}: not the provenance of a run") from None
    experiment = _experiment(configuration or own)
    found = [*directory.glob("tables/*"), *directory.glob("claims.*"), *figures.glob("*")]
    paths = sorted(path for path in found if path.suffix in _SUFFIXES)
    if not paths:
        raise InputError(f"{directory}: there are no tables, nor figures in {figures}")
    return {path: _reasons(path, experiment, directory) for path in paths}


def _provenance(directory: Path) -> Path:
    return directory / "provenance.json"


def _experiment(configuration: Path) -> Configuration:
    """Read an experiment's file as the workflow does."""
    hyperparameters = changed_hyperparameters(_CONFIGURATIONS / "methods.yaml")
    return configure(read_yaml(configuration), hyperparameters)


def _reasons(path: Path, experiment: Configuration, results: Path) -> list[str]:
    identity = read_stamp(path)
    return ["no identity"] if identity is None else differences(identity, experiment, results)
