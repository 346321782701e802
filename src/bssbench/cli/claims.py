"""The command of `bssbench` for claims."""

import argparse
from pathlib import Path
from typing import Any

from bssbench.cli.options import add_out

__all__ = ["add_commands"]


def _claims(arguments: argparse.Namespace) -> None:
    from bssbench.paper.claims_table import claims_report
    from bssbench.paper.report import write
    from bssbench.scores.table import read_scores
    from bssbench.statistics.claims import judge_claims, read_cost_tables
    from bssbench.statistics.claims_file import COST_TABLES, read_claims

    claims = read_claims(arguments.claims)
    given = {name: getattr(arguments, name) for name in COST_TABLES}
    costs = read_cost_tables({name: path for name, path in given.items() if path})
    parts = judge_claims(claims, read_scores(arguments.scores), costs)
    # Sentences, which no page of two columns has the width for.
    write(claims_report(claims, parts), arguments.out, formats=("csv", "md"))


def add_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser(
        "claims",
        help="judge claims by scores, times and memory",
        description="Write DIR/claims.csv and DIR/claims.md: for each claim of a file such as "
        "config/claims.yaml whether it is supported, refuted or undecided, with the numbers behind "
        "that and, where seeds would decide it, how many. What needs a table that is not given "
        "counts as not run.",
    )
    command.add_argument("--claims", type=Path, required=True, metavar="YAML")
    command.add_argument(
        "--scores", type=Path, required=True, metavar="CSV", help="from 'bssbench score'"
    )
    command.add_argument("--timings", type=Path, metavar="CSV", help="likewise")
    command.add_argument(
        "--training-cost", type=Path, metavar="CSV", help="from 'bssbench tables --training-cost'"
    )
    command.add_argument("--cores", type=Path, metavar="CSV", help="from 'bssbench cores'")
    add_out(command, "DIR")
    command.set_defaults(run=_claims)
