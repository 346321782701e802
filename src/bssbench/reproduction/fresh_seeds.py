"""Repeat the separations of a record on fresh seeds."""

import fcntl
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import InputError
from bssbench.experiment.configuration import configure
from bssbench.files import write_text
from bssbench.parameters import parse_seeds
from bssbench.reproduction.recorded_results import Part, RecordedResults
from bssbench.scores.table import read_scores

__all__ = [
    "DEVELOPMENT_SEEDS",
    "fresh_configuration",
    "run_fresh_seeds",
    "the_only_part",
    "with_fewer_seeds",
]

DEVELOPMENT_SEEDS = range(10)
"""The seeds on which methods were developed."""

_SCORES = "results/scores.csv"


def the_only_part(results: RecordedResults) -> Part:
    """Return the run of a record that is not a merger.

    Parameters
    ----------
    results : RecordedResults
        The record.

    Returns
    -------
    Part
        Its only part.

    Raises
    ------
    InputError
        If the record is a merger of several runs.
    """
    if len(results.parts) > 1:
        raise InputError(
            f"{results.directory}: merged from {len(results.parts)} runs; give one of these"
        )
    return results.parts[0]


def fresh_configuration(part: Part, seeds: str) -> dict[str, Any]:
    """Return the configuration of a record's separations with fresh seeds.

    A data set with fewer seeds in the record uses the same number of the first fresh seeds. Methods
    have their recorded parameters, whatever the current defaults are. Recordings are left out,
    because their seeds change only the initialisation or the mixing of the same speech. Other
    measurements of the experiment are also left out.

    Parameters
    ----------
    part : Part
        The recorded run.
    seeds : str
        The fresh seeds, as for `bssbench.parameters.parse_seeds`.

    Returns
    -------
    dict of str to object
        The content of a configuration file.

    Raises
    ------
    InputError
        If a seed is in the record or is a development seed, or if all data sets are recordings.
    """
    experiment, fresh = part.experiment, parse_seeds(seeds)
    seen = {seed for entry in experiment.datasets.values() for seed in parse_seeds(entry.seeds)}
    chosen_on = {seed for each in experiment.selection.values() for seed in each.seeds}
    for kind, known in (
        ("a development seed", chosen_on.union(DEVELOPMENT_SEEDS)),
        (f"reported by {part.source}", seen),
    ):
        if both := sorted(known.intersection(fresh)):
            raise InputError(f"--fresh-seeds {seeds}: seed {both[0]} is not fresh; it is {kind}")
    simulated = {
        name: entry
        for name, entry in experiment.datasets.items()
        if not parse_identifier(name).recorded
    }
    if not simulated:
        raise InputError(f"{part.source}: has no simulated data, so fresh seeds change nothing")
    return {
        "output": {"results": "results", "figures": "figures"},
        **({"plugins": list(map(str, experiment.plugins))} if experiment.plugins else {}),
        "root_seed": experiment.root_seed,
        "seeds": seeds,
        "datasets": {
            name: {
                **entry.parameters,
                "seeds": ",".join(map(str, fresh[: len(parse_seeds(entry.seeds))])),
                "methods": list(entry.methods),
            }
            for name, entry in simulated.items()
        },
        "methods": {
            name: {**entry.parameters, "method": entry.base, "cpu_seconds": entry.cpu_seconds}
            for name, entry in experiment.methods.items()
        },
    }


def with_fewer_seeds(part: Part, configuration: Mapping[str, Any]) -> list[str]:
    """Return the data sets with fewer seeds in a `fresh_configuration` than in the record.

    Parameters
    ----------
    part : Part
        The recorded run.
    configuration : mapping of str to object
        From `fresh_configuration`.

    Returns
    -------
    list of str
        Ids of data sets.
    """
    recorded = part.experiment.datasets
    return [
        name
        for name, entry in configuration["datasets"].items()
        if len(parse_seeds(entry["seeds"])) < len(parse_seeds(recorded[name].seeds))
    ]


def run_fresh_seeds(
    configuration: Mapping[str, Any], out: Path, project: Path, cores: int
) -> pd.DataFrame:
    """Run the separations of a configuration by the workflow, and return their scores.

    Results of an earlier call in the same folder are reused. Limits of memory and time are those of
    the workflow; its progress is shown on standard error.

    Parameters
    ----------
    configuration : mapping of str to object
        From `fresh_configuration`.
    out, project : pathlib.Path
        Folders of the results and of the workflow.
    cores : int
        Number of jobs that may run at the same time.

    Returns
    -------
    pandas.DataFrame
        As in ``scores.csv``.

    Raises
    ------
    InputError
        If the configuration is invalid, if there is no workflow, if another process runs in `out`,
        or if the workflow fails.
    """
    configure(configuration)
    workflow = project / "Snakefile"
    if not workflow.is_file():
        raise InputError(f"{workflow}: no such file; run this at the top of the project")
    out.mkdir(parents=True, exist_ok=True)
    file = (out / "configuration.yaml").resolve()
    command = [
        *(sys.executable, "-m", "snakemake", _SCORES, "results/provenance.json"),
        *("--snakefile", str(workflow.resolve()), "--directory", str(out)),
        *("--workflow-profile", str((project / "profiles" / "default").resolve())),
        # Snakemake's lock would remain after a kill and have to be removed manually.
        *("--configfile", str(file), "--cores", str(cores), "--nolock", "--quiet", "rules"),
    ]
    with (out / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{out}: another process is running in this folder") from None
        # JSON is YAML.
        write_text(file, json.dumps(configuration, indent=2) + "\n")
        # The workflow inherits the lock, which thus remains if only this process is killed.
        done = subprocess.run(command, stdout=sys.stderr, pass_fds=[lock.fileno()], check=False)
    if done.returncode:
        raise InputError(
            f"{out}: the workflow ended with code {done.returncode}; run the same command to resume"
        )
    return read_scores(out / _SCORES)
