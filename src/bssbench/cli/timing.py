"""Commands of `bssbench` for what is timed, alone on the machine."""

import argparse
from pathlib import Path
from typing import Any

from bssbench.cli.options import (
    add_assignments,
    add_cpu_seconds,
    add_device,
    add_out,
    add_root_seed,
)

__all__ = ["add_commands"]


def _training_cost(arguments: argparse.Namespace) -> None:
    from bssbench.experiment.training_cost import Trial, measure
    from bssbench.parameters import parse_assignments
    from bssbench.scores.training_cost import write_costs

    parameters = parse_assignments(arguments.assignments)
    trial = Trial(arguments.method, tuple(arguments.lengths), parameters, arguments.cpu_seconds)
    write_costs(arguments.out, measure(trial, arguments.root_seed, arguments.device))


def _cores(arguments: argparse.Namespace) -> None:
    from bssbench.paper.core_results import read_measurement
    from bssbench.paper.core_scaling import draw_core_scaling
    from bssbench.paper.core_tables import core_report
    from bssbench.paper.report import write
    from bssbench.paper.style import save_drawing

    measurement = read_measurement(arguments.measurement)
    write(core_report(measurement), arguments.out)
    save_drawing(draw_core_scaling(measurement.table), "core_scaling", arguments.figures)


def add_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser(
        "training-cost",
        help="time the training of a method until the sources are apart",
        description="Train METHOD on 'gp-distinct' (three seeds in one batch, one initialisation "
        "of each) at each length T, in a process of its own, and write a row for each: seconds "
        "until the MCC, median over seeds, first reaches 0.95, seconds of the whole training, peak "
        "memory, or why there is none. Let nothing else run beside it. 'bssbench tables "
        "--training-cost CSV' makes the tables.",
    )
    command.add_argument("method", help="a name from 'bssbench list methods'")
    command.add_argument(
        "--lengths", type=int, nargs="+", required=True, metavar="T", help="samples in time"
    )
    add_assignments(command, "method")
    add_root_seed(command)
    add_device(command)
    add_cpu_seconds(command, 60, "limit for each length (default 60)")
    add_out(command, "CSV", "where rows go")
    command.set_defaults(run=_training_cost)

    command = commands.add_parser(
        "cores",
        help="write tables and figure of the kernel cores",
        description="From a measurement: python workflow/scripts/measure_cores.py --help",
    )
    command.add_argument(
        "measurement", type=Path, metavar="MEASUREMENT_JSON", help="what measure_cores.py wrote"
    )
    add_out(command, "DIR", "for the tables")
    command.add_argument(
        "--figures", type=Path, required=True, metavar="DIR", help="for the figure"
    )
    command.set_defaults(run=_cores)
