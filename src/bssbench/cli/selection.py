"""Commands of `bssbench` that choose between configurations without the true sources."""

import argparse
from pathlib import Path
from typing import Any

from bssbench.cli.options import add_assignments, add_cpu_seconds, add_out, add_root_seed, add_seeds

__all__ = ["add_commands"]


def _held_out(arguments: argparse.Namespace) -> None:
    from bssbench.experiment.held_out import Candidate, measure
    from bssbench.parameters import parse_assignments, parse_seeds
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


def _select(arguments: argparse.Namespace) -> None:
    from bssbench.files import write_text
    from bssbench.paper.report import write
    from bssbench.paper.selection_table import selection_report
    from bssbench.scores.held_out import read_held_out
    from bssbench.statistics.selection import compare_candidates

    held_out = read_held_out(arguments.candidates)
    write_text(arguments.out, held_out.to_csv(index=False, lineterminator="\n"))
    if arguments.tables:
        write(selection_report(compare_candidates(held_out)), arguments.tables)


def add_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser(
        "held-out",
        help="take a method's objective on time that it was not trained on",
        description="Train METHOD on the first four fifths of the time of a data set and write "
        "its objective on the last fifth for each seed, in nats per time point, lower is better. "
        "True sources play no part. 'bssbench select CSV...' compares such candidates.",
    )
    command.add_argument("method", help="a VAE from 'bssbench list methods'")
    command.add_argument("--dataset", required=True, help="an id; see 'bssbench list datasets'")
    add_seeds(command, "development seeds (default 0-9), not those reported")
    command.add_argument("--choice", default="", help="what is chosen, in words")
    add_assignments(command, "method")
    add_root_seed(command)
    add_cpu_seconds(command, 900, "limit (default 900)")
    add_out(command, "CSV", "where rows go")
    command.set_defaults(run=_held_out)

    command = commands.add_parser(
        "select",
        help="choose between candidates by their objectives on held-out time",
        description="Join the files into one, and compare each candidate with the first of its "
        "choice. Chosen is the candidate that is better in the median over seeds on the most data "
        "sets, if these are more than half of them, else the first.",
    )
    command.add_argument(
        "candidates", type=Path, nargs="+", metavar="CSV", help="written by 'bssbench held-out'"
    )
    add_out(command, "CSV", "the files as one")
    command.add_argument("--tables", type=Path, metavar="DIR", help="where the tables go")
    command.set_defaults(run=_select)
