"""Commands that score separations and measure costs."""

import argparse

from bssbench.cli.command import DEVICE, ROOT_SEED, assignments, command, option, path, whole_number
from bssbench.parameters import parse_assignments, parse_seeds


@command(
    path("runs", "RUN_JSON", "run.json of each cell", nargs="+"),
    path("--data", "DIR", "folder of the NPZ data sets"),
    path("--out", "CSV", "file for the scores"),
    path("--timings", "CSV", "file for seconds and memory", required=False),
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
    path(
        "parts", "DIR", "from 'bssbench separate --of-seeds', in the order of the seeds", nargs="+"
    ),
    path("--out", "DIR", "folder for the joined cell"),
)
def _join_cell(arguments: argparse.Namespace) -> None:
    """Join the parts of a cell that have different seeds.

    Write separation.npz and run.json for all seeds together. Times are summed over the parts, and
    run.json has the provenance of each part. If a part has no separation, the joined cell has none
    either, for the same reason.
    """
    from bssbench.experiment.joined_cell import join_cell

    join_cell(arguments.parts, arguments.out)


@command(
    option(
        "trials",
        nargs="+",
        metavar="'METHOD lengths=T,… …'",
        help="a method from 'bssbench list methods' and lengths of the data in samples; optionally "
        "sources=N (default: 3), seeds=N in one batch (3), rounds=N (all), cpu_seconds=N for each "
        "length (60), and parameters of the method; for instance 'skr-vae lengths=500,1000 "
        "steps=600'",
    ),
    option("--round", type=whole_number, default=0, help="number of this round (default: 0)"),
    ROOT_SEED,
    DEVICE,
    path(
        "--out", "CSV", "file for the rows; a JSON file next to it records the machine and the code"
    ),
)
def _training_cost(arguments: argparse.Namespace) -> None:
    """Measure in one round how long methods train until the sources are separated.

    Train each METHOD on 'gp-distinct' (all seeds in one batch, one initialisation each) at each
    length, in a new process. Write a row for each: the seconds until the median MCC over seeds
    first reaches 0.95, until the median SI-SDR reaches 15 dB, and of the whole training, and the
    peak memory; or the reason why they are missing. At each length the trials run one after the
    other, so that compared times are measured under equal conditions. Run nothing else meanwhile.
    'bssbench join-rounds' joins rounds; 'bssbench tables --training-cost CSV' writes the tables.
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
    option("--dataset", required=True, help="id of a data set; see 'bssbench list datasets'"),
    option(
        "--seeds",
        default="0-9",
        help="development seeds (default: 0-9), not those of reported results",
    ),
    option("--choice", default="", help="description of the choice"),
    assignments("method"),
    ROOT_SEED,
    option("--cpu-seconds", type=int, default=900, help="limit of CPU time (default: 900)"),
    path("--out", "CSV", "file for the rows"),
)
def _held_out(arguments: argparse.Namespace) -> None:
    """Compute the objective of a method on held-out time.

    Train METHOD on the first four fifths of the time points of a data set, and write its objective
    on the last fifth for each seed, in nats per time point (lower is better). The true sources are
    not used. 'bssbench select CSV...' compares such candidates.
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
        "be repeated; names: core, kernel, parameters, grid, length, latents, replicates, pass, "
        "dtype, device, threads (default: all cases)",
    ),
    option("--round", type=whole_number, default=0, help="number of this round (default: 0)"),
    path(
        "--out", "CSV", "file for the rows; a JSON file next to it records the machine and the code"
    ),
)
def _measure_cores(arguments: argparse.Namespace) -> None:
    """Measure time, memory and accuracy of the kernel cores in one round.

    Cases of one size run in turn, and each row has the median of the runs in this process. Further
    rounds in other processes show how reliable these numbers are: 'bssbench join-rounds' joins
    them for 'bssbench cores' and 'bssbench claims'. Errors, and cases that take many seconds, are
    measured only in round 0. Run nothing else meanwhile.
    """
    # Imported first, because each case that measures memory runs in a fork of this process.
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
    path("--out", "CSV", "file for all rounds"),
)
def _join_rounds(arguments: argparse.Namespace) -> None:
    """Join the rounds of a measurement.

    Write the rows of all rounds to one CSV file, and the commit, machine and versions of each round
    to a JSON file next to it.
    """
    from bssbench.experiment.rounds import join_rounds

    join_rounds(arguments.rounds, arguments.out)
