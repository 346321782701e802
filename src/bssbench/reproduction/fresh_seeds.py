"""Running the table of separation of a record once more, on seeds that nobody has seen."""

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
"""Methods were developed on these."""

_SCORES = "results/scores.csv"


def the_only_part(results: RecordedResults) -> Part:
    """Return what the one run of a record says of itself.

    Raises
    ------
    InputError
        If the record is a merger of several.
    """
    if len(results.parts) > 1:
        raise InputError(
            f"{results.directory}: joined from {len(results.parts)} runs; give one of these"
        )
    return results.parts[0]


def fresh_configuration(part: Part, seeds: str) -> dict[str, Any]:
    """Return the configuration of a record's separation, with other seeds.

    A data set that has fewer seeds in the record than the others has as many of the first fresh
    ones. The methods have the parameters that they had, whatever the defaults are today.
    Recordings are left out, whose seeds are initialisations alone or mixings of the same speech,
    and so is what else the experiment measures.

    Raises
    ------
    InputError
        If a seed is one of the record's or of development, or all data sets are recordings.
    """
    experiment, fresh = part.experiment, parse_seeds(seeds)
    seen = {seed for entry in experiment.datasets.values() for seed in parse_seeds(entry.seeds)}
    chosen_on = {seed for each in experiment.selection.values() for seed in each.seeds}
    for kind, known in (
        ("of development", chosen_on.union(DEVELOPMENT_SEEDS)),
        (f"reported by {part.source}", seen),
    ):
        if both := sorted(known.intersection(fresh)):
            raise InputError(f"--fresh-seeds {seeds}: seed {both[0]} is {kind}, and so not fresh")
    simulated = {
        name: entry
        for name, entry in experiment.datasets.items()
        if not parse_identifier(name).recorded
    }
    if not simulated:
        raise InputError(f"{part.source}: has no simulated data, which fresh seeds would change")
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
    """Return the data sets that have fewer seeds in a `fresh_configuration` than in the record."""
    recorded = part.experiment.datasets
    return [
        name
        for name, entry in configuration["datasets"].items()
        if len(parse_seeds(entry["seeds"])) < len(parse_seeds(recorded[name].seeds))
    ]


def run_fresh_seeds(
    configuration: Mapping[str, Any], out: Path, project: Path, cores: int
) -> pd.DataFrame:
    """Run the workflow's separations in the folder `out`, and return their scores.

    What an earlier call has finished there is not made again. Limits of memory and time are the
    workflow's own; its progress is shown on standard error.

    Parameters
    ----------
    configuration : mapping
        From `fresh_configuration`.
    out, project : pathlib.Path
        Where data, cells and scores go; where the workflow lies.
    cores : int
        How many jobs may run at the same time.

    Raises
    ------
    InputError
        If the configuration is not possible, there is no workflow, another call is at work in
        `out`, or the workflow fails.
    """
    configure(configuration)
    workflow = project / "Snakefile"
    if not workflow.is_file():
        raise InputError(f"{workflow}: no such file: call this at the top of the project")
    out.mkdir(parents=True, exist_ok=True)
    file = (out / "configuration.yaml").resolve()
    command = [
        *(sys.executable, "-m", "snakemake", _SCORES, "results/provenance.json"),
        *("--snakefile", str(workflow.resolve()), "--directory", str(out)),
        *("--workflow-profile", str((project / "profiles" / "default").resolve())),
        # A lock that a killed process leaves behind would have to be removed by hand.
        *("--configfile", str(file), "--cores", str(cores), "--nolock", "--quiet", "rules"),
    ]
    with (out / ".lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise InputError(f"{out}: another process is at work there") from None
        # JSON is YAML.
        write_text(file, json.dumps(configuration, indent=2) + "\n")
        # The workflow inherits the lock: it holds if only this process is killed.
        done = subprocess.run(command, stdout=sys.stderr, pass_fds=[lock.fileno()], check=False)
    if done.returncode:
        raise InputError(
            f"{out}: the workflow ended with code {done.returncode}; the same command goes on "
            "where it was"
        )
    return read_scores(out / _SCORES)
