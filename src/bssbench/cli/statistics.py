"""Commands of `bssbench` that compare methods."""

import argparse
import sys
from pathlib import Path
from typing import Any

from bssbench.cli.options import add_out

__all__ = ["add_commands"]


def _statistics(arguments: argparse.Namespace) -> None:
    from bssbench.paper.comparison_tables import describe_undecidable, write_comparison_tables
    from bssbench.paper.rank_tables import write_rank_tables
    from bssbench.scores.table import read_scores
    from bssbench.statistics.comparisons import compare_with_best
    from bssbench.statistics.ranks import rank_methods

    scores = read_scores(arguments.scores)
    comparisons = compare_with_best(scores)
    for line in describe_undecidable(comparisons):
        print(f"bssbench: warning: {line}", file=sys.stderr)
    write_comparison_tables(comparisons, arguments.out)
    write_rank_tables(rank_methods(scores), arguments.out)


def add_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser(
        "statistics",
        help="compare methods on each data set, and rank them over data sets",
        description="Write the tables comparisons (each method against the best of a data set, "
        "paired by seed) and ranks (mean ranks over data sets), as CSV, Markdown and LaTeX.",
    )
    command.add_argument(
        "--scores", type=Path, required=True, metavar="CSV", help="from 'bssbench score'"
    )
    add_out(command, "DIR", "where tables go")
    command.set_defaults(run=_statistics)
