"""Commands of `bssbench` that score what methods did, and measure what they cost."""

import argparse

from bssbench.cli.command import DEVICE, ROOT_SEED, assignments, command, option, path, whole_number
from bssbench.parameters import parse_assignments, parse_seeds


@command(
    path("runs", "RUN_JSON", "a cell's run.json", nargs="+"),
    path("--data", "DIR", "NPZ data sets"),
    path("--out", "CSV", "scores"),
    path("--timings", "CSV", "seconds and memory, too", required=False),
)
def _score(arguments: argparse.Namespace) -> None:
    """Score separations of data sets."""
    from bssbench.files import write_table
    from bssbench.scores.collect import collect

    scores, timings = collect(arguments.runs, arguments.data)
    write_table(arguments.out, scores)
    if arguments.timings:
        write_table(arguments.timings, timings)


@command(
    path("parts", "DIR", "from 'bssbench separate --of-seeds', in the seeds' order", nargs="+"),
    path("--out", "DIR", "where the cell goes"),
)
def _join_cell(arguments: argparse.Namespace) -> None:
    """Join parts of a cell, each with some of its seeds.

    Write separation.npz and run.json as of all seeds together. What took time is the sum over
    parts, and run.json has the provenance of each. A part without a separation leaves the cell
    without one, for its reason.
    """
    from bssbench.experiment.joined_cell import join_cell

    join_cell(arguments.parts, arguments.out)


@command(
    option(
        "trials",
        nargs="+",
        metavar="'METHOD lengths=T,… …'",
        help="a method from 'bssbench list methods', lengths of the data in samples, and perhaps "
        "sources=N (3), seeds=N (3) in one batch, rounds=N (all), cpu_seconds=N for each length "
        "(60), and parameters of the method, for instance 'skr-vae lengths=500,1000 steps=600'",
    ),
    option("--round", type=whole_number, default=0, help="number of this round (default 0)"),
    ROOT_SEED,
    DEVICE,
    path("--out", "CSV", "where rows go; beside it a JSON file says which machine and code"),
)
def _training_cost(arguments: argparse.Namespace) -> None:
    """Time the training of methods until the sources are apart, one round.

    Train each METHOD on 'gp-distinct' (all seeds in one batch, one initialisation of each) at each
    length, in a process of its own, and write a row for each: seconds until the MCC, median over
    seeds, first reaches 0.95, and the SI-SDR 15 dB, seconds of the whole training, peak memory, or
    why there is none. At each length one trial follows the other, so that what is compared stands
    side by side. Let nothing else run beside it. 'bssbench join-rounds' joins rounds, and 'bssbench
    tables --training-cost CSV' makes the tables.
    """
    from bssbench.experiment.rounds import write_origin
    from bssbench.experiment.training_cost import measure_round, parse_trial
    from bssbench.scores.training_cost import write_costs

    trials = [parse_trial(text) for text in arguments.trials]
    rows = measure_round(trials, arguments.round, arguments.root_seed, arguments.device)
    write_costs(arguments.out, rows)
    write_origin(arguments.out)


@command(
    option("method", help="a VAE from 'bssbench list methods'"),
    option("--dataset", required=True, help="an id; see 'bssbench list datasets'"),
    option("--seeds", default="0-9", help="development seeds (default 0-9), not those reported"),
    option("--choice", default="", help="what is chosen, in words"),
    assignments("method"),
    ROOT_SEED,
    option("--cpu-seconds", type=int, default=900, help="limit (default 900)"),
    path("--out", "CSV", "where rows go"),
)
def _held_out(arguments: argparse.Namespace) -> None:
    """Take a method's objective on time that it was not trained on.

    Train METHOD on the first four fifths of the time of a data set and write its objective on the
    last fifth for each seed, in nats per time point, lower is better. True sources play no part.
    'bssbench select CSV...' compares such candidates.
    """
    from bssbench.experiment.held_out import Candidate, measure
    from bssbench.scores.held_out import write_held_out

    candidate = Candidate(
        choice=arguments.choice,
        method=arguments.method,
        dataset=arguments.dataset,
        seeds=tuple(parse_seeds(arguments.seeds)),
        parameters=parse_assignments(arguments.assignments),
        cpu_seconds=arguments.cpu_seconds,
    )
    write_held_out(arguments.out, measure(candidate, arguments.root_seed))


@command(
    option(
        "--grid",
        action="append",
        default=[],
        metavar="'NAME=VALUE,… …'",
        help="measure only these cases, for instance --grid 'core=fft,banded length=256,1024'; may "
        "be given again; names: core, kernel, parameters, grid, length, latents, replicates, pass, "
        "dtype, device, threads (default: all cases)",
    ),
    option("--round", type=whole_number, default=0, help="number of this round (default 0)"),
    path("--out", "CSV", "where rows go; beside it a JSON file says which machine and code"),
)
def _measure_cores(arguments: argparse.Namespace) -> None:
    """Measure time, memory and accuracy of the kernel cores, one round.

    Cases of one size are run in turn, and each row has the median of its runs in this process. How
    far such numbers can be trusted, other rounds in other processes say: 'bssbench join-rounds'
    joins them, and 'bssbench cores' and 'bssbench claims' read what it wrote. Errors, and cases of
    many seconds, are measured in round 0 alone. Let nothing else run beside it.
    """
    # What every case that measures memory is a fork of.
    import gpytorch  # noqa: F401
    import torch  # noqa: F401

    from bssbench.experiment.core_costs import measure_round, write_round
    from bssbench.experiment.rounds import write_origin
    from bssbench.kernels.cases import parse_grid

    grids = [parse_grid(text) for text in arguments.grid or [""]]
    write_round(arguments.out, measure_round(grids, arguments.round))
    write_origin(arguments.out)


@command(
    path("rounds", "CSV", "from 'bssbench measure-cores' or 'bssbench training-cost'", nargs="+"),
    path("--out", "CSV", "all of them"),
)
def _join_rounds(arguments: argparse.Namespace) -> None:
    """Join the rounds of a measurement.

    Write the rows of all rounds as one CSV file, and beside it a JSON file with the commit, the
    machine and the versions of each.
    """
    from bssbench.experiment.rounds import join_rounds

    join_rounds(arguments.rounds, arguments.out)
