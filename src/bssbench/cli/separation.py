"""Commands of `bssbench` that separate recordings and data sets, and score what came out."""

import argparse
import sys
from pathlib import Path
from typing import Any

from bssbench.cli.options import (
    add_assignments,
    add_cpu_seconds,
    add_device,
    add_out,
    add_root_seed,
)
from bssbench.errors import InputError

__all__ = ["add_commands"]

_USER_SUFFIXES = (".csv", ".txt", ".tsv", ".npy")


def _separate(arguments: argparse.Namespace) -> None:
    from bssbench.parameters import parse_assignments

    assignments = arguments.assignments
    if arguments.restarts is not None:
        assignments = [*assignments, f"restarts={arguments.restarts}"]
    parameters = parse_assignments(assignments)
    if arguments.input.suffix.lower() == ".npz":
        _separate_dataset(arguments, parameters)
    else:
        _separate_recording(arguments, parameters)


def _separate_dataset(
    arguments: argparse.Namespace, parameters: dict[str, bool | int | float | str]
) -> None:
    from bssbench.experiment.cell import Cell, run_cell

    for option in ("n_sources", "seed", "seeds", "nonlinear"):
        if getattr(arguments, option) not in (None, False):
            flag = option.replace("_", "-")
            raise InputError(f"--{flag} is for a recording; {arguments.input} says it itself")
    cell = Cell(
        data=arguments.input,
        method=arguments.method,
        parameters=parameters,
        root_seed=arguments.root_seed,
        device=arguments.device,
        cpu_seconds=900 if arguments.cpu_seconds is None else arguments.cpu_seconds,
        jobs_allowed=arguments.jobs_allowed,
    )
    status = run_cell(cell, arguments.out)
    if status != "ok":
        print(f"bssbench: {status}; the reason is in {arguments.out}/run.json", file=sys.stderr)


def _separate_recording(
    arguments: argparse.Namespace, parameters: dict[str, bool | int | float | str]
) -> None:
    from bssbench.experiment.recording import OwnRecording, separate_recording

    if arguments.input.exists() and arguments.input.suffix.lower() not in _USER_SUFFIXES:
        known = ", ".join(_USER_SUFFIXES)
        raise InputError(f"{arguments.input}: unknown kind of file; give one of {known} or .npz")
    if arguments.n_sources is None:
        raise InputError("--n-sources is missing: how many sources are in the recording?")
    if arguments.seeds is not None and arguments.seeds < 1:
        raise InputError(f"--seeds must be at least 1, not {arguments.seeds}")
    first = arguments.seed or 0
    if first < 0:
        raise InputError(f"--seed must not be negative, not {first}")
    recording = OwnRecording(
        path=arguments.input,
        method=arguments.method,
        n_sources=arguments.n_sources,
        seeds=tuple(range(first, first + (arguments.seeds or 1))),
        parameters=parameters,
        nonlinear=arguments.nonlinear,
        device=arguments.device,
        root_seed=arguments.root_seed,
        cpu_seconds=7200 if arguments.cpu_seconds is None else arguments.cpu_seconds,
    )
    separate_recording(recording, arguments.out, arguments.launched)
    print(f"{arguments.out}/sources.csv, sources.png and run.json are written", file=sys.stderr)


def _score(arguments: argparse.Namespace) -> None:
    from bssbench.files import write_text
    from bssbench.scores.collect import collect

    scores, timings = collect(arguments.runs, arguments.data)
    write_text(arguments.out, scores.to_csv(index=False, lineterminator="\n"))
    if arguments.timings:
        write_text(arguments.timings, timings.to_csv(index=False, lineterminator="\n"))


def add_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser(
        "separate",
        help="separate a recording or a data set",
        description="Separate a recording of your own (CSV with or without a header, or NPY; rows "
        "are time) into DIR/sources.csv, DIR/sources.png and DIR/run.json, or a data set made by "
        "'bssbench generate' (NPZ) into DIR/separation.npz and DIR/run.json. Computes on one "
        "thread; for a very long recording set OMP_NUM_THREADS.",
    )
    command.add_argument("input", type=Path, help="CSV, NPY or NPZ file")
    command.add_argument("--method", required=True, help="a name from 'bssbench list methods'")
    add_out(command, "DIR", "where results go")
    add_device(command)
    command.add_argument("--restarts", type=int, help="initialisations of each seed, best by loss")
    add_cpu_seconds(command, None, "limit (default 7200 for a recording, 900 for a data set)")
    own = command.add_argument_group("for a recording of your own")
    own.add_argument("--n-sources", type=int, metavar="N", help="how many sources to find")
    own.add_argument("--seed", type=int, help="the first initialisation's seed (default 0)")
    own.add_argument(
        "--seeds", type=int, metavar="K", help="try K seeds, keep the lowest loss (default 1)"
    )
    own.add_argument("--nonlinear", action="store_true", help="take the mixing to be nonlinear")
    cell = command.add_argument_group("for a data set")
    cell.add_argument("--jobs-allowed", type=int, default=1, help="recorded with the timing")
    add_assignments(command, "method")
    add_root_seed(command)
    command.set_defaults(run=_separate)

    command = commands.add_parser("score", help="score separations of data sets")
    command.add_argument("runs", type=Path, nargs="+", metavar="RUN_JSON", help="a cell's run.json")
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="NPZ data sets")
    add_out(command, "CSV", "scores")
    command.add_argument("--timings", type=Path, metavar="CSV", help="seconds and memory, too")
    command.set_defaults(run=_score)
