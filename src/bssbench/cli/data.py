"""Commands that list what is available and generate data sets."""

import argparse
import json
import os
import sys
from pathlib import Path

from bssbench.cli.command import ROOT_SEED, assignments, command, option, path
from bssbench.errors import InputError
from bssbench.parameters import parse_assignments, parse_seeds


@command(
    option(
        "kind",
        nargs="?",
        choices=["datasets", "methods", "scores", "sweeps", "hyperparameters"],
        help="what to list (default: everything except hyperparameters)",
    ),
    path(
        "--configfile",
        "YAML",
        "the experiment whose sweeps are listed (default: config/sweeps.yaml, if it exists)",
        required=False,
    ),
)
def _list(arguments: argparse.Namespace) -> None:
    """List data sets, methods, scores and sweeps."""
    from bssbench.cli.listing import listing

    print(listing(arguments.kind, arguments.configfile))


@command(
    option("dataset", help="id of the data set; see 'bssbench list datasets'"),
    option("--seeds", default="0-9", help="seeds, for instance 0-9 (default) or 3,5"),
    option("--out", type=Path, help="NPZ file (default: DATASET.npz)"),
    assignments("data set"),
    ROOT_SEED,
)
def _generate(arguments: argparse.Namespace) -> None:
    """Generate a data set."""
    from bssbench.datasets.catalogue import dataset_module, dataset_shape, make_dataset
    from bssbench.experiment.provenance import provenance
    from bssbench.files import write_json
    from bssbench.plugins.description import describe

    parameters = parse_assignments(arguments.assignments)
    seeds = parse_seeds(arguments.seeds)
    out = arguments.out or Path(f"{arguments.dataset}.npz")
    if out.suffix != ".npz":
        raise InputError(f"--out {out}: a data set is an NPZ file; use {out}.npz")
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
        print(
            f"bssbench: {arguments.dataset} is not available: {dataset.unavailable}",
            file=sys.stderr,
        )


@command(
    option("name", help="name of the stacked data set"),
    option(
        "--points",
        required=True,
        metavar="JSON",
        help="list of the name, id and parameters of each data set, for instance "
        '[{"name": "quiet", "id": "gp-distinct-noise0", "parameters": {}}]',
    ),
    option(
        "--seeds", default="0-9", help="seeds of each data set, for instance 0-9 (default) or 3,5"
    ),
    ROOT_SEED,
    path("--out", "NPZ", "file to write"),
)
def _generate_block(arguments: argparse.Namespace) -> None:
    """Generate several data sets of one shape in one file.

    A method separates all data sets of the file in one batch, each independently of the others, and
    'bssbench score' writes rows for each of them. The points of a sweep are generated like this.
    """
    from bssbench.datasets.catalogue import dataset_module, dataset_shape
    from bssbench.datasets.stacking import make_block
    from bssbench.experiment.provenance import provenance
    from bssbench.files import write_json
    from bssbench.plugins.description import describe

    try:
        points = list(json.loads(arguments.points))
        shapes = [dataset_shape(point["id"], dict(point["parameters"])) for point in points]
    except (ValueError, TypeError, KeyError, RecursionError):
        example = '[{"name": "quiet", "id": "gp-distinct-noise0", "parameters": {}}]'
        raise InputError(f"--points: expected JSON such as {example}") from None
    seeds = parse_seeds(arguments.seeds)
    size = sum(shape.length * (shape.n_channels + shape.n_sources) for shape in shapes)
    _check_memory(8 * len(seeds) * size)
    dataset = make_block(arguments.name, points, seeds, arguments.root_seed)
    dataset.save(arguments.out)
    modules = sorted({dataset_module(point["id"]) for point in points})
    report = {
        "dataset": dataset.name,
        "seeds": seeds,
        "root_seed": arguments.root_seed,
        "points": list(dataset.points),
        "unavailable": None,
        "provenance": provenance() | describe(modules),
    }
    write_json(arguments.out.with_suffix(".json"), report)


def _check_memory(needed: int) -> None:
    """Raise an error for data that do not fit into memory, before any are generated."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise InputError(
            f"these data need {needed / 1e9:,.1f} GB of memory, and this machine has "
            f"{there / 1e9:,.1f} GB; use fewer seeds or samples"
        )
