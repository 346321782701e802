"""Commands of `bssbench` that show what there is, and make data sets."""

import argparse
import sys
from pathlib import Path
from typing import Any

from bssbench.cli.options import add_assignments, add_root_seed, add_seeds
from bssbench.errors import InputError

__all__ = ["add_commands"]


def _list(arguments: argparse.Namespace) -> None:
    from bssbench.cli.listing import listing

    print(listing(arguments.kind))


def _generate(arguments: argparse.Namespace) -> None:
    from bssbench.datasets.catalogue import make_dataset
    from bssbench.experiment.provenance import provenance
    from bssbench.files import write_json
    from bssbench.parameters import parse_assignments, parse_seeds

    parameters = parse_assignments(arguments.assignments)
    seeds = parse_seeds(arguments.seeds)
    out = arguments.out or Path(f"{arguments.dataset}.npz")
    if out.suffix != ".npz":
        raise InputError(f"--out {out}: a data set is an NPZ file; call it {out}.npz")
    dataset = make_dataset(arguments.dataset, seeds, parameters, arguments.root_seed)
    dataset.save(out)
    report = {
        "dataset": dataset.name,
        "seeds": seeds,
        "root_seed": arguments.root_seed,
        "parameters": dataset.parameters,
        "unavailable": dataset.unavailable,
        "provenance": provenance(),
    }
    write_json(out.with_suffix(".json"), report)
    if dataset.unavailable:
        print(f"bssbench: {arguments.dataset} is left out: {dataset.unavailable}", file=sys.stderr)


def add_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser("list", help="show data sets, methods and scores")
    command.add_argument(
        "kind", nargs="?", choices=["datasets", "methods", "scores", "hyperparameters"]
    )
    command.set_defaults(run=_list)

    command = commands.add_parser("generate", help="make a data set")
    command.add_argument("dataset", help="an id; see 'bssbench list datasets'")
    add_seeds(command, "for instance 0-9 (default) or 3,5")
    command.add_argument("--out", type=Path, help="NPZ file (default: DATASET.npz)")
    add_assignments(command, "data set")
    add_root_seed(command)
    command.set_defaults(run=_generate)
