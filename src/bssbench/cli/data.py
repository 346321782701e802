"""Commands of `bssbench` that show what there is, and make data sets."""

import argparse
import os
import sys
from pathlib import Path

from bssbench.cli.command import ROOT_SEED, assignments, command, option
from bssbench.errors import InputError
from bssbench.parameters import parse_assignments, parse_seeds


@command(
    option("kind", nargs="?", choices=["datasets", "methods", "scores", "hyperparameters"]),
)
def _list(arguments: argparse.Namespace) -> None:
    """Show data sets, methods and scores."""
    from bssbench.cli.listing import listing

    print(listing(arguments.kind))


@command(
    option("dataset", help="an id; see 'bssbench list datasets'"),
    option("--seeds", default="0-9", help="for instance 0-9 (default) or 3,5"),
    option("--out", type=Path, help="NPZ file (default: DATASET.npz)"),
    assignments("data set"),
    ROOT_SEED,
)
def _generate(arguments: argparse.Namespace) -> None:
    """Make a data set."""
    from bssbench.datasets.catalogue import dataset_module, dataset_shape, make_dataset
    from bssbench.experiment.provenance import provenance
    from bssbench.files import write_json
    from bssbench.plugins.description import describe

    parameters = parse_assignments(arguments.assignments)
    seeds = parse_seeds(arguments.seeds)
    out = arguments.out or Path(f"{arguments.dataset}.npz")
    if out.suffix != ".npz":
        raise InputError(f"--out {out}: a data set is an NPZ file; call it {out}.npz")
    shape = dataset_shape(arguments.dataset, parameters)
    _check_memory(8 * len(seeds) * shape.length * (shape.n_channels + shape.n_sources))
    dataset = make_dataset(arguments.dataset, seeds, parameters, arguments.root_seed)
    dataset.save(out)
    report = {
        "dataset": dataset.name,
        "seeds": seeds,
        "root_seed": arguments.root_seed,
        "parameters": dataset.parameters,
        "unavailable": dataset.unavailable,
        "provenance": provenance() | describe([dataset_module(arguments.dataset)]),
    }
    write_json(out.with_suffix(".json"), report)
    if dataset.unavailable:
        print(f"bssbench: {arguments.dataset} is left out: {dataset.unavailable}", file=sys.stderr)


def _check_memory(needed: int) -> None:
    """Refuse data that this machine's memory can't hold, before they are made seed by seed."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise InputError(
            f"these data take {needed / 1e9:,.1f} GB of memory, and this machine has "
            f"{there / 1e9:,.1f} GB; ask for fewer seeds or samples"
        )
