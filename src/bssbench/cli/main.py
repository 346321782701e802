"""The command `bssbench`: what the workflow's rules call, and what a person can call."""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from bssbench import __version__
from bssbench.cli.claims import add_claims_commands
from bssbench.cli.paper import add_paper_commands
from bssbench.cli.reproduction import add_verification_commands
from bssbench.cli.selection import add_selection_commands
from bssbench.cli.statistics import add_statistics_commands
from bssbench.cli.timing import add_timing_commands
from bssbench.errors import InputError

__all__ = ["main"]

# Layers are imported by the command that uses them, so that `bssbench --help` answers at once.

_USER_SUFFIXES = (".csv", ".txt", ".tsv", ".npy")


class _Parser(argparse.ArgumentParser):
    """Reports a wrong command line in one line, as all bad input is."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see '{self.prog} --help')")


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


def _provenance(arguments: argparse.Namespace) -> None:
    import json

    from bssbench.files import write_json
    from bssbench.reproduction.environment import describe_environment

    report = describe_environment(arguments.command_line) | {
        "parameters": json.loads(arguments.parameters),
        "configuration": json.loads(arguments.settings),
        "configuration_file": arguments.configuration,
    }
    write_json(arguments.out, report)


def _add_assignments(parser: argparse.ArgumentParser, whose: str) -> None:
    parser.add_argument(
        "--set",
        dest="assignments",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=f"a parameter of the {whose}; 'bssbench list' shows them",
    )
    parser.add_argument(
        "--root-seed", type=int, default=0, help="the experiment's seed (default 0)"
    )


def _parser() -> _Parser:
    parser = _Parser(
        prog="bssbench",
        description="Blind source separation with structured-prior VAEs: data, methods, scores.",
    )
    parser.add_argument("--version", action="version", version=f"bssbench {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    command = commands.add_parser("list", help="show data sets, methods and scores")
    command.add_argument(
        "kind", nargs="?", choices=["datasets", "methods", "scores", "hyperparameters"]
    )
    command.set_defaults(run=_list)

    command = commands.add_parser("generate", help="make a data set")
    command.add_argument("dataset", help="an id; see 'bssbench list datasets'")
    command.add_argument("--seeds", default="0-9", help="for instance 0-9 (default) or 3,5")
    command.add_argument("--out", type=Path, help="NPZ file (default: DATASET.npz)")
    _add_assignments(command, "data set")
    command.set_defaults(run=_generate)

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
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="where results go")
    command.add_argument("--device", default="cpu", help="cpu (default) or cuda, for the VAEs")
    command.add_argument("--restarts", type=int, help="initialisations of each seed, best by loss")
    command.add_argument(
        "--cpu-seconds", type=int, help="limit (default 7200 for a recording, 900 for a data set)"
    )
    own = command.add_argument_group("for a recording of your own")
    own.add_argument("--n-sources", type=int, metavar="N", help="how many sources to find")
    own.add_argument("--seed", type=int, help="the first initialisation's seed (default 0)")
    own.add_argument(
        "--seeds", type=int, metavar="K", help="try K seeds, keep the lowest loss (default 1)"
    )
    own.add_argument("--nonlinear", action="store_true", help="take the mixing to be nonlinear")
    cell = command.add_argument_group("for a data set")
    cell.add_argument("--jobs-allowed", type=int, default=1, help="recorded with the timing")
    _add_assignments(command, "method")
    command.set_defaults(run=_separate)

    command = commands.add_parser("score", help="score separations of data sets")
    command.add_argument("runs", type=Path, nargs="+", metavar="RUN_JSON", help="a cell's run.json")
    command.add_argument("--data", type=Path, required=True, metavar="DIR", help="NPZ data sets")
    command.add_argument("--out", type=Path, required=True, metavar="CSV", help="scores")
    command.add_argument("--timings", type=Path, metavar="CSV", help="seconds and memory, too")
    command.set_defaults(run=_score)

    add_timing_commands(commands)
    add_selection_commands(commands)
    add_statistics_commands(commands)
    add_claims_commands(commands)

    add_paper_commands(commands)

    command = commands.add_parser("provenance", help="record how a run of the workflow was made")
    command.add_argument("--command-line", required=True)
    command.add_argument("--settings", required=True, metavar="JSON")
    command.add_argument("--parameters", default="{}", metavar="JSON", help="of each method")
    command.add_argument("--configuration", metavar="YAML", help="the file that has them")
    command.add_argument("--out", type=Path, required=True, metavar="JSON_FILE")
    command.set_defaults(run=_provenance)

    add_verification_commands(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, or 2 with one line on standard error for bad input.

    A command that judges returns 1 where its judgement is no.
    """
    launched = time.monotonic()
    # One thread unless the user says otherwise, before any library reads it: numbers must not
    # depend on how many processors there are, and on series of some thousand samples more threads
    # only wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    try:
        parsed = _parser().parse_args(arguments)
        parsed.launched = launched
        return int(parsed.run(parsed) or 0)
    except InputError as error:
        print(f"bssbench: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except OSError as error:
        # A full disk or a folder without write permission: the file and the reason say it all.
        print(f"bssbench: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
