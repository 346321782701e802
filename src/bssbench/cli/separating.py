"""The command that separates a recording or a data set."""

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
  check how a file is read, and what would be run:
    bssbench separate eeg.edf --dry-run
  find three sources with AR-Flow VAE:
    bssbench separate mixtures.csv --method ar-flow-vae --n-sources 3 --out separated
  filter, choose the number of sources from the eigenvalues, and assess their stability:
    bssbench separate eeg.edf --method sobi --n-sources auto --band-pass 1 40 --notch 50 \\
      --bootstrap 20 --out separated
    bssbench separate mixtures.csv --method fastica --n-sources 4 --seeds 10 --out separated
  compare all methods:
    bssbench separate mixtures.csv --method all --n-sources 4 --out compared
"""


@command(
    path("input", "FILE", "a recording, or a data set (NPZ)"),
    option(
        "--method",
        metavar="NAME",
        help="a method from 'bssbench list methods', or 'all' to compare all that apply; needed "
        "unless --dry-run is given",
    ),
    path(
        "--out", "DIR", "folder for the results; needed unless --dry-run is given", required=False
    ),
    DEVICE,
    option(
        "--restarts",
        type=int,
        metavar="N",
        help="initialisations per seed; the one with the lowest loss is kept",
    ),
    option(
        "--cpu-seconds",
        type=int,
        metavar="S",
        help=f"limit of CPU time in seconds (default: {SECONDS_OF_A_RECORDING} for a recording, "
        f"{SECONDS_OF_EACH} for each method of 'all', {_SECONDS_OF_A_DATASET} for a data set)",
    ),
    group(
        "recordings: reading",
        option(
            "--dry-run",
            action="store_true",
            help="report how the file is read and what would be run, and write nothing",
        ),
        option(
            "--time-column",
            metavar="COLUMN",
            help="column with the times: name, number from 1, or 'none'",
        ),
        option(
            "--columns",
            nargs="+",
            action="extend",
            metavar="COLUMN",
            help="channels, by name or number from 1 (default: all except time)",
        ),
        option(
            "--sampling-rate",
            type=float,
            metavar="HZ",
            help="sampling rate in Hz, if the file does not state it",
        ),
        option("--array", metavar="NAME", help="the array to read, if the file has several"),
        option("--transpose", action="store_true", help="treat rows of the array as channels"),
        option(
            "--delimiter",
            metavar="MARK",
            help="what separates columns of a text file: a character, tab, space or comma",
        ),
        option("--decimal", metavar="MARK", help="decimal mark of a text file: point or comma"),
        option(
            "--header",
            metavar="LINE",
            help="number of the line with the column names in a text file, from 1; or 'none'",
        ),
    ),
    group(
        "recordings: preparation",
        option(
            "--drop",
            nargs="+",
            action="extend",
            default=[],
            metavar="WHAT",
            help="leave out channels, by name or number from 1, or rows, as in rows:301-420",
        ),
        option(
            "--fill", metavar="HOW", help="replace missing values and spikes: interpolate or hold"
        ),
        option("--detrend", action="store_true", help="subtract a straight line"),
        option(
            "--notch", type=float, metavar="HZ", help="remove a frequency in Hz and its multiples"
        ),
        option(
            "--band-pass",
            type=float,
            nargs=2,
            metavar=("LOW", "HIGH"),
            help="keep only a frequency band, in Hz",
        ),
    ),
    group(
        "recordings: separation and stability",
        option(
            "--n-sources",
            metavar="N",
            help="number of sources, or 'auto' to choose it from the eigenvalues; needed unless "
            "--dry-run is given",
        ),
        option("--nonlinear", action="store_true", help="assume nonlinear mixing"),
        option(
            "--seed", type=int, metavar="S", help="seed of the first initialisation (default: 0)"
        ),
        option(
            "--seeds",
            type=int,
            metavar="K",
            help="separate with K seeds, keep the result with the lowest loss, and report how "
            "stable each source is (default: 1; 3 for 'all')",
        ),
        option(
            "--bootstrap",
            type=int,
            default=0,
            metavar="B",
            help="also separate B bootstrap resamples, and report how stable each source is",
        ),
    ),
    group(
        "data sets made by 'bssbench generate'",
        option("--name", help="name of the method in the results (default: its own)"),
        option(
            "--jobs-allowed",
            type=int,
            metavar="N",
            help="number of jobs that run at once, to be recorded with the timing",
        ),
        option(
            "--code",
            default="",
            metavar="HASH",
            help="hash of the code, to be recorded; set by the workflow",
        ),
        option(
            "--of-seeds",
            metavar="SEEDS",
            help="separate only these seeds, such as 100-104; 'bssbench join-cell' joins the parts",
        ),
    ),
    assignments("method"),
    ROOT_SEED,
    examples=_EXAMPLES,
)
def _separate(arguments: argparse.Namespace) -> None:
    """Separate a recording or a data set.

    A recording is a text file such as CSV, or a NumPy, MATLAB, audio, Parquet, EDF or similar file.
    Rows are time points, columns are channels; a time column is recognised. The command writes
    sources.csv (and the sources in the format of the recording), mixing_matrix.csv,
    unmixing_matrix.csv, sources.png, report.html and run.json to DIR. If it fails, it writes
    nothing. An older result in DIR is replaced; other files in DIR are kept.

    For a data set made by 'bssbench generate' (NPZ), it writes DIR/separation.npz and DIR/run.json.

    It uses one thread. For a very long recording, set OMP_NUM_THREADS to the number of threads.
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
    """Return whether the input is a data set, or an NPZ file that can't be read."""
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
            raise InputError(f"--{flag} is for recordings; {arguments.input} is a data set")
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
        print(f"bssbench: {status}; see the reason in {arguments.out}/run.json", file=sys.stderr)


def _separate_recording(arguments: argparse.Namespace, parameters: dict[str, Any]) -> None:
    from bssbench.recording.printing import Screen
    from bssbench.recording.understanding import understand

    if not arguments.dry_run:
        required(arguments, "method", "n_sources", "out")
    asked = asked_for(arguments, parameters)
    number = n_sources(arguments.n_sources)
    reading, preparation = request(arguments), remedies(arguments)
    if asked is not None and not arguments.dry_run:
        _check_place(arguments, asked)
    understood = understand(
        arguments.input, reading, preparation, number, strict=not arguments.dry_run
    )
    screen = Screen()
    for line in understood.words:
        screen.report(line)
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


def _check_place(arguments: argparse.Namespace, asked: Any) -> None:
    """Check that the results can be written, before anything is read."""
    from bssbench.recording.comparing import names_of_all
    from bssbench.recording.result_directory import ResultDirectory
    from bssbench.recording.separating import file_names

    names = names_of_all(asked) if asked.method == ALL else file_names(arguments.input)
    ResultDirectory(arguments.out, names, [arguments.input])
