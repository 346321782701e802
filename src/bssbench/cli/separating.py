"""The command of `bssbench` that separates: a recording of one's own, or a data set."""

import argparse
import shlex
import sys
from typing import Any

from bssbench.cli.command import DEVICE, ROOT_SEED, assignments, command, group, option, path
from bssbench.errors import InputError
from bssbench.parameters import parse_assignments

_ALL = "all"
_MOST_RUNS = 1000
_SECONDS_OF_A_RECORDING, _SECONDS_OF_EACH, _SECONDS_OF_A_DATASET = 7200, 300, 900

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
        help=f"limit of CPU time (default {_SECONDS_OF_A_RECORDING} for a recording, "
        f"{_SECONDS_OF_EACH} for each method of 'all', {_SECONDS_OF_A_DATASET} for a data set)",
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


def _required(arguments: argparse.Namespace, *names: str) -> None:
    for name in names:
        if getattr(arguments, name) is None:
            flag = name.replace("_", "-")
            raise InputError(
                f"the following argument is required: --{flag} (see 'bssbench separate --help')"
            )


def _separate_dataset(arguments: argparse.Namespace, parameters: dict[str, Any]) -> None:
    from bssbench.experiment.cell import Cell, run_cell
    from bssbench.recording.method_choice import known_device, known_method

    _required(arguments, "method", "out")
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
        cpu_seconds=_limit(arguments, _SECONDS_OF_A_DATASET),
        jobs_allowed=1 if arguments.jobs_allowed is None else arguments.jobs_allowed,
    )
    status = run_cell(cell, arguments.out)
    if status != "ok":
        print(f"bssbench: {status}; the reason is in {arguments.out}/run.json", file=sys.stderr)


def _limit(arguments: argparse.Namespace, default: int) -> int:
    seconds = default if arguments.cpu_seconds is None else arguments.cpu_seconds
    if seconds < 1:
        raise InputError(f"--cpu-seconds must be at least 1, not {seconds}")
    return int(seconds)


def _separate_recording(arguments: argparse.Namespace, parameters: dict[str, Any]) -> None:
    from bssbench.recording.printing import Screen
    from bssbench.recording.understanding import understand

    asked = _asked(arguments, parameters)
    if not arguments.dry_run:
        _required(arguments, "out")
        if arguments.n_sources is None:
            raise InputError(
                "--n-sources is missing: how many sources are in the recording? Give a number, or "
                "auto"
            )
    number = _n_sources(arguments.n_sources)
    request, remedies = _request(arguments), _remedies(arguments)
    if asked is not None and not arguments.dry_run:
        _refuse_place(arguments, asked)
    understood = understand(
        arguments.input, request, remedies, number, strict=not arguments.dry_run
    )
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
    if asked.method == _ALL:
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


def _n_sources(text: str | None) -> int | None:
    """Return the number of sources, or None for what the data speak for."""
    if text is None or text.lower() == "auto":
        return None
    try:
        return int(text)
    except ValueError:
        raise InputError(f"--n-sources must be a whole number or auto, not {text!r}") from None


def _asked(arguments: argparse.Namespace, parameters: dict[str, Any]) -> Any:
    """Return what is asked of the method, if it has a use for all of it; None where none is."""
    from bssbench.recording.method_choice import check_options, known_device, known_method
    from bssbench.recording.runs import Asked

    for name in ("name", "jobs_allowed"):
        if getattr(arguments, name) is not None:
            raise InputError(f"--{name.replace('_', '-')} is for a data set")
    if arguments.method is None and arguments.dry_run:
        return None
    _required(arguments, "method")
    comparing = arguments.method.strip().lower() == _ALL
    seeds = _seeds(arguments, 3 if comparing else 1)
    device = known_device(arguments.device)
    if comparing:
        if arguments.assignments:
            raise InputError("--set is for one method; --method all takes each as it is")
        method, parameters = _ALL, {}
    else:
        method = known_method(arguments.method)
        check_options(
            method,
            parameters,
            nonlinear=arguments.nonlinear,
            device=device,
            n_seeds=len(seeds),
            chosen_seed=bool(arguments.seed or arguments.root_seed),
            restarts=arguments.restarts is not None,
            bootstrap=arguments.bootstrap,
        )
    return Asked(
        method=method,
        n_sources=1,
        parameters=parameters,
        seeds=seeds,
        bootstrap=arguments.bootstrap,
        nonlinear=arguments.nonlinear,
        device=device,
        root_seed=arguments.root_seed,
        cpu_seconds=_limit(arguments, _SECONDS_OF_EACH if comparing else _SECONDS_OF_A_RECORDING),
    )


def _seeds(arguments: argparse.Namespace, default: int) -> tuple[int, ...]:
    n_seeds = default if arguments.seeds is None else arguments.seeds
    if n_seeds < 1:
        raise InputError(f"--seeds must be at least 1, not {n_seeds}")
    if arguments.bootstrap < 0:
        raise InputError(f"--bootstrap must not be negative, not {arguments.bootstrap}")
    if n_seeds + arguments.bootstrap > _MOST_RUNS:
        raise InputError(
            f"--seeds {n_seeds} and --bootstrap {arguments.bootstrap} are more than {_MOST_RUNS} "
            "runs; some 10 to 100 say how stable sources are"
        )
    first = arguments.seed or 0
    if not 0 <= first < 2**63:
        raise InputError(f"--seed must not be negative, nor have 64 bits, not {first}")
    return tuple(range(first, first + n_seeds))


def _request(arguments: argparse.Namespace) -> Any:
    from bssbench.readers import Request

    columns = arguments.columns
    if columns is not None:
        columns = tuple(name.strip() for word in columns for name in word.split(",") if name)
    rate = arguments.sampling_rate
    if rate is not None and not 0 < rate < float("inf"):
        raise InputError(f"--sampling-rate must be a positive number of Hz, not {rate:g}")
    return Request(
        time_column=arguments.time_column,
        columns=columns,
        sampling_rate=rate,
        array=arguments.array,
        transpose=arguments.transpose,
        delimiter=arguments.delimiter,
        decimal=arguments.decimal,
        header=arguments.header,
    )


def _remedies(arguments: argparse.Namespace) -> Any:
    from bssbench.preparation import Remedies

    band = arguments.band_pass
    return Remedies(
        detrend=arguments.detrend,
        band_pass=None if band is None else (band[0], band[1]),
        notch=arguments.notch,
        drop=tuple(arguments.drop),
        fill=arguments.fill,
    )


def _refuse_place(arguments: argparse.Namespace, asked: Any) -> None:
    """Refuse a place for results before anything is read."""
    from bssbench.recording.comparing import names_of_all
    from bssbench.recording.result_directory import ResultDirectory
    from bssbench.recording.separating import file_names

    names = names_of_all(asked) if asked.method == _ALL else file_names(arguments.input)
    ResultDirectory(arguments.out, names, [arguments.input])
