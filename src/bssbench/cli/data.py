"""Commands of `bssbench` that show what there is, and make data sets."""

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
        "kind", nargs="?", choices=["datasets", "methods", "scores", "sweeps", "hyperparameters"]
    ),
    path(
        "--configfile",
        "YAML",
        "the experiment whose sweeps are shown (default: config/sweeps.yaml, where it is there)",
        required=False,
    ),
)
def _list(arguments: argparse.Namespace) -> None:
    """Show data sets, methods, scores and sweeps."""
    from bssbench.cli.listing import listing

    print(listing(arguments.kind, arguments.configfile))


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


@command(
    option("name", help="what the stacked data set is called"),
    option(
        "--points",
        required=True,
        metavar="JSON",
        help="a list with each data set's name, id and parameters, for instance "
        '[{"name": "quiet", "id": "gp-distinct-noise0", "parameters": {}}]',
    ),
    option("--seeds", default="0-9", help="of each data set, for instance 0-9 (default) or 3,5"),
    ROOT_SEED,
    path("--out", "NPZ", "the file"),
)
def _generate_block(arguments: argparse.Namespace) -> None:
    """Make several data sets of one shape, stacked in one file.

    A method that separates the file separates all of them at once, each as if it were alone, and
    'bssbench score' writes rows of each by its name. A sweep's points are made so.
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
    """Refuse data that this machine's memory can't hold, before they are made seed by seed."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if needed > there:
        raise InputError(
            f"these data take {needed / 1e9:,.1f} GB of memory, and this machine has "
            f"{there / 1e9:,.1f} GB; ask for fewer seeds or samples"
        )
