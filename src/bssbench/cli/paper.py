"""Commands of `bssbench` that write the tables and figures of the paper."""

import argparse
from pathlib import Path
from typing import Any

from bssbench.cli.options import add_out
from bssbench.errors import InputError

__all__ = ["add_commands"]


def _tables(arguments: argparse.Namespace) -> None:
    from bssbench.paper.comparison_tables import comparison_report
    from bssbench.paper.rank_tables import rank_report
    from bssbench.paper.report import write
    from bssbench.paper.separation_tables import separation_report
    from bssbench.paper.training_cost_table import training_cost_report
    from bssbench.scores.table import read_timings
    from bssbench.scores.training_cost import read_costs
    from bssbench.statistics.evaluation import Evaluation

    if not (arguments.statistics or arguments.training_cost):
        raise InputError("nothing to make tables of; give --statistics or --training-cost")
    reports = []
    if arguments.statistics:
        found = Evaluation.load(arguments.statistics)
        timings = read_timings(arguments.timings) if arguments.timings else None
        reports += [
            separation_report(found.summary, found.comparisons, timings),
            comparison_report(found.comparisons),
            rank_report(found.rankings),
        ]
    if arguments.training_cost:
        reports.append(training_cost_report(read_costs(arguments.training_cost)))
    for report in reports:
        write(report, arguments.out)


def _figures(arguments: argparse.Namespace) -> None:
    from bssbench.paper.figures import Results, draw_figure, figure_module, figure_names
    from bssbench.paper.style import save_drawing

    results = Results(arguments.scores, arguments.statistics, arguments.data, arguments.cells)
    names = arguments.names or figure_names()
    # All names are looked up before the first is drawn.
    for name in names:
        figure_module(name)
    for name in names:
        save_drawing(draw_figure(name, results), name, arguments.out)


def add_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser("tables", help="write the tables of the paper")
    command.add_argument(
        "--statistics", type=Path, metavar="DIR", help="from 'bssbench statistics'"
    )
    command.add_argument(
        "--timings",
        type=Path,
        metavar="CSV",
        help="of 'bssbench score': marks what did not converge",
    )
    command.add_argument(
        "--training-cost", type=Path, nargs="+", metavar="CSV", help="from 'bssbench training-cost'"
    )
    add_out(command, "DIR")
    command.set_defaults(run=_tables)

    command = commands.add_parser("figures", help="draw the figures of the paper")
    command.add_argument("names", nargs="*", metavar="NAME", help="figures (default: all)")
    command.add_argument("--scores", type=Path, required=True, metavar="CSV")
    command.add_argument("--statistics", type=Path, required=True, metavar="DIR")
    command.add_argument("--data", type=Path, required=True, metavar="DIR")
    command.add_argument("--cells", type=Path, required=True, metavar="DIR")
    add_out(command, "DIR")
    command.set_defaults(run=_figures)
