"""Commands of `bssbench` that write the tables and figures of the paper."""

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

from bssbench.errors import InputError

__all__ = ["add_paper_commands"]


def _tables(arguments: argparse.Namespace) -> None:
    from bssbench.paper.stamps import stamp
    from bssbench.paper.tables import SHOWN_OF_TIMINGS, write_tables
    from bssbench.paper.training_cost_table import write_training_cost_tables
    from bssbench.reproduction.identity import identify

    if not (arguments.scores or arguments.training_cost):
        raise InputError("nothing to make tables of; give --scores or --training-cost")
    if arguments.scores:
        paths = write_tables(arguments.scores, arguments.out, arguments.timings)
        files = {arguments.scores: ()}
        files |= {arguments.timings: SHOWN_OF_TIMINGS} if arguments.timings else {}
        stamp(paths, identify(arguments.identity, ["bssbench.paper.tables"], files))
    if arguments.training_cost:
        paths = write_training_cost_tables(arguments.training_cost, arguments.out)
        modules = ["bssbench.paper.training_cost_table"]
        # The table has all that was measured, and is kept where the measurements are not.
        stamp(paths, identify(arguments.identity, modules, {paths[0]: ()}))


def _figures(arguments: argparse.Namespace) -> None:
    from bssbench.paper.figures import Results, draw_figure, figure_module, figure_names
    from bssbench.paper.style import save_drawing
    from bssbench.reproduction.identity import identify

    results = Results(arguments.scores, arguments.data, arguments.cells)
    names = arguments.names or figure_names()
    modules = [figure_module(name) for name in names]
    for name, module in zip(names, modules, strict=True):
        timed = arguments.timings and getattr(import_module(module), "DRAWS_TIMINGS", False)
        drawn = {arguments.scores: ()} | ({arguments.timings: ()} if timed else {})
        identity = identify(arguments.identity, [module, "bssbench.paper.style"], drawn)
        save_drawing(draw_figure(name, results), name, arguments.out, identity)


def add_paper_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser("tables", help="write the tables of the paper")
    command.add_argument("--scores", type=Path, metavar="CSV", help="from 'bssbench score'")
    command.add_argument(
        "--timings", type=Path, metavar="CSV", help="likewise: marks what did not converge"
    )
    command.add_argument(
        "--training-cost", type=Path, nargs="+", metavar="CSV", help="from 'bssbench training-cost'"
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    _add_identity(command)
    command.set_defaults(run=_tables)

    command = commands.add_parser("figures", help="draw the figures of the paper")
    command.add_argument("names", nargs="*", metavar="NAME", help="figures (default: all)")
    command.add_argument("--scores", type=Path, required=True, metavar="CSV")
    command.add_argument("--timings", type=Path, metavar="CSV", help="of the same run")
    command.add_argument("--data", type=Path, required=True, metavar="DIR")
    command.add_argument("--cells", type=Path, required=True, metavar="DIR")
    command.add_argument("--out", type=Path, required=True, metavar="DIR")
    _add_identity(command)
    command.set_defaults(run=_figures)


def _add_identity(command: argparse.ArgumentParser) -> None:
    command.add_argument("--identity", metavar="JSON", help="for 'bssbench check', by the workflow")
