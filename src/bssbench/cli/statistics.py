"""Commands of `bssbench` that compare methods."""

import argparse
import sys
from pathlib import Path
from typing import Any

from bssbench.cli.options import add_out

__all__ = ["add_commands"]


def _statistics(arguments: argparse.Namespace) -> None:
    from bssbench.scores.table import read_scores
    from bssbench.statistics.comparisons import describe_undecidable
    from bssbench.statistics.evaluation import evaluate

    evaluation = evaluate(read_scores(arguments.scores))
    for line in describe_undecidable(evaluation.comparisons):
        print(f"bssbench: warning: {line}", file=sys.stderr)
    evaluation.save(arguments.out)


def add_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser(
        "statistics",
        help="compare methods on each data set, and rank them over data sets",
        description="Write summary.csv (middle and spread of the seeds), comparisons.csv (each "
        "method against the best of a data set, paired by seed) and ranks.json (ranks over data "
        "sets, and their tests). 'bssbench tables' and 'bssbench figures' show them.",
    )
    command.add_argument(
        "--scores", type=Path, required=True, metavar="CSV", help="from 'bssbench score'"
    )
    add_out(command, "DIR", "where files go")
    command.set_defaults(run=_statistics)
