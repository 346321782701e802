"""The command of `bssbench` that separates: a recording of one's own, or a data set."""

import argparse
import shlex
import sys
from typing import Any

from bssbench.cli.command import DEVICE, ROOT_SEED, assignments, command, group, option, path
from bssbench.cli.recording_options import (
    ALL,
    SECONDS_OF_A_RECORDING,
    SECONDS_OF_EACH,
    asked_for,
    cpu_limit,
    n_sources,
    remedies,
    request,
    required,
)
from bssbench.errors import InputError
from bssbench.parameters import parse_assignments, parse_seeds

_SECONDS_OF_A_DATASET = 900

_EXAMPLES = """\
examples:
  what is in a file, and what would be done with it:
    bssbench separate eeg.edf --dry-run
  three sources by the autoregressive flow:
    bssbench separate mixtures.csv --method ar-flow-vae --n-sources 3 --out separated
  as many as the eigenvalues speak for, after filters, and whether they can be trusted:
    bssbench separate eeg.edf --method sobi --n-sources auto --band-pass 1 40 --notch 50 \\
      --bootstrap 20 --out separated
    bssbench separate mixtures.csv --method fastica --n-sources 4 --seeds 10 --out separated
  which method?
    bssbench separate mixtures.csv --method all --n-sources 4 --out compared
"""


@command(
    path("input", "FILE", "the recording, or a data set (NPZ)"),
    option(
        "--method",
        metavar="NAME",
        help="one of 'bssbench list methods', or 'all' to compare those that apply",
    ),
    path("--out", "DIR", "where results go", required=False),
    DEVICE,
    option("--restarts", type=int, metavar="N", help="initialisations of each seed, best by loss"),
    option(
        "--cpu-seconds",
        type=int,
        metavar="S",
        help=f"limit of CPU time (default {SECONDS_OF_A_RECORDING} for a recording, "
        f"{SECONDS_OF_EACH} for each method of 'all', {_SECONDS_OF_A_DATASET} for a data set)",
    ),
    group(
        "a recording: how it is read",
        option(
            "--dry-run",
            action="store_true",
            help="say what was understood and what would run, and write nothing",
        ),
        option("--time-column", metavar="COLUMN", help="by name, or number from 1; or 'none'"),
        option(
            "--columns",
            nargs="+",
            action="extend",
            metavar="COLUMN",
            help="the channels, by name or number from 1 (default: all that are no time)",
        ),
        option("--sampling-rate", type=float, metavar="HZ", help="where the file does not say it"),
        option("--array", metavar="NAME", help="which array of a file that has several"),
        option("--transpose", action="store_true", help="rows of the array are channels"),
        option("--delimiter", metavar="MARK", help="of a text: a character, or tab, space, comma"),
        option("--decimal", metavar="MARK", help="of a text: point or comma"),
        option("--header", metavar="LINE", help="of a text: line of the names, from 1; or 'none'"),
    ),
    group(
        "a recording: what is done to it first",
        option(
            "--drop",
            nargs="+",
            action="extend",
            default=[],
            metavar="WHAT",
            help="channels by name or number from 1, or rows as rows:301-420",
        ),
        option("--fill", metavar="HOW", help="missing values and spikes: interpolate or hold"),
        option("--detrend", action="store_true", help="subtract a straight line"),
        option("--notch", type=float, metavar="HZ", help="cut out a frequency and its multiples"),
        option(
            "--band-pass", type=float, nargs=2, metavar=("LOW", "HIGH"), help="keep a band, in Hz"
        ),
    ),
    group(
        "a recording: what is looked for, and how surely",
        option(
            "--n-sources",
            metavar="N",
            help="how many sources to find, or 'auto' for what the eigenvalues speak for",
        ),
        option("--nonlinear", action="store_true", help="take the mixing to be nonlinear"),
        option("--seed", type=int, metavar="S", help="the first initialisation's (default 0)"),
        option(
            "--seeds",
            type=int,
            metavar="K",
            help="try K initialisations, keep the lowest loss, and say how stable each source is "
            "(default 1; 3 for 'all')",
        ),
        option(
            "--bootstrap",
            type=int,
            default=0,
            metavar="B",
            help="separate B recordings of resampled time as well, to see how stable it is",
        ),
    ),
    group(
        "a data set made by 'bssbench generate'",
        option("--name", help="what the method is called in results (default: as it is)"),
        option("--jobs-allowed", type=int, metavar="N", help="recorded with the timing"),
        option("--code", default="", metavar="HASH", help="of the workflow, recorded"),
        option(
            "--of-seeds",
            metavar="SEEDS",
            help="these of its seeds alone, such as 100-104: 'bssbench join-cell' joins them",
        ),
    ),
    assignments("method"),
    ROOT_SEED,
    examples=_EXAMPLES,
)
def _separate(arguments: argparse.Namespace) -> None:
    """Separate a recording or a data set.

    A recording is text (CSV and its kin), NumPy, MATLAB, audio, Parquet, EDF and more; rows are
    time, columns are channels, and a column of time is recognised. Into DIR go sources.csv (and
    the sources in the recording's own format), mixing_matrix.csv, unmixing_matrix.csv,
    sources.png, report.html and run.json: all of them or, if anything goes wrong, none. An older
    result in DIR is replaced as a whole; other files there stay.

    Of a data set made by 'bssbench generate' (NPZ), DIR/separation.npz and DIR/run.json.

    Computes on one thread; for a very long recording set OMP_NUM_THREADS.
    """
    given = arguments.assignments
    if arguments.restarts is not None:
        given = [*given, f"restarts={arguments.restarts}"]
    parameters = parse_assignments(given)
    if _is_dataset(arguments):
        _separate_dataset(arguments, parameters)
    else:
        _separate_recording(arguments, parameters)


def _is_dataset(arguments: argparse.Namespace) -> bool:
    """Return whether the input is what 'bssbench generate' wrote, or an NPZ that can't be read."""
    if arguments.input.suffix.lower() != ".npz":
        return False
    from bssbench.files import read_arrays

    try:
        return {"description", "observations"} <= set(read_arrays(arguments.input))
    except InputError:
        return arguments.n_sources is None and not arguments.dry_run


def _separate_dataset(arguments: argparse.Namespace, parameters: dict[str, Any]) -> None:
    from bssbench.experiment.cell import Cell, run_cell
    from bssbench.recording.method_choice import known_device, known_method

    required(arguments, "method", "out")
    of_a_recording = (
        *("n_sources", "seed", "seeds", "nonlinear", "bootstrap", "dry_run", "time_column"),
        *("columns", "sampling_rate", "array", "transpose", "delimiter", "decimal", "header"),
        *("drop", "fill", "detrend", "notch", "band_pass"),
    )
    for name in of_a_recording:
        if getattr(arguments, name) not in (None, False, 0, []):
            flag = name.replace("_", "-")
            raise InputError(f"--{flag} is for a recording; {arguments.input} says it itself")
    cell = Cell(
        data=arguments.input,
        method=known_method(arguments.method),
        parameters=parameters,
        name=arguments.name or "",
        root_seed=arguments.root_seed,
        device=known_device(arguments.device),
        cpu_seconds=cpu_limit(arguments, _SECONDS_OF_A_DATASET),
        jobs_allowed=1 if arguments.jobs_allowed is None else arguments.jobs_allowed,
        code=arguments.code,
        seeds=None if arguments.of_seeds is None else tuple(parse_seeds(arguments.of_seeds)),
    )
    status = run_cell(cell, arguments.out)
    if status != "ok":
        print(f"bssbench: {status}; the reason is in {arguments.out}/run.json", file=sys.stderr)


def _separate_recording(arguments: argparse.Namespace, parameters: dict[str, Any]) -> None:
    from bssbench.recording.printing import Screen
    from bssbench.recording.understanding import understand

    asked = asked_for(arguments, parameters)
    if not arguments.dry_run:
        required(arguments, "out")
        if arguments.n_sources is None:
            raise InputError(
                "--n-sources is missing: how many sources are in the recording? Give a number, or "
                "auto"
            )
    number = n_sources(arguments.n_sources)
    said, wanted = request(arguments), remedies(arguments)
    if asked is not None and not arguments.dry_run:
        _refuse_place(arguments, asked)
    understood = understand(arguments.input, said, wanted, number, strict=not arguments.dry_run)
    screen = Screen()
    for line in understood.words:
        screen.say(line)
    screen.warn(understood.warnings)
    if arguments.dry_run:
        from bssbench.recording.plan import plan

        screen.finish()
        print("\n".join(plan(understood, asked, arguments.restarts)))
        return
    _run(arguments, asked, understood, screen)


def _run(arguments: argparse.Namespace, asked: Any, understood: Any, screen: Any) -> None:
    from dataclasses import replace

    asked = replace(asked, n_sources=understood.n_sources)
    command = shlex.join(["bssbench", *arguments.words])
    if asked.method == ALL:
        from bssbench.recording.comparing import compare_methods

        text = compare_methods(
            understood, asked, arguments.restarts, arguments.out, command, screen
        )
        screen.finish()
        print(text)
    else:
        from bssbench.recording.separating import separate_recording

        separate_recording(understood, asked, arguments.out, arguments.launched, command, screen)
        screen.finish()


def _refuse_place(arguments: argparse.Namespace, asked: Any) -> None:
    """Refuse a place for results before anything is read."""
    from bssbench.recording.comparing import names_of_all
    from bssbench.recording.result_directory import ResultDirectory
    from bssbench.recording.separating import file_names

    names = names_of_all(asked) if asked.method == ALL else file_names(arguments.input)
    ResultDirectory(arguments.out, names, [arguments.input])
