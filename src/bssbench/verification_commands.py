"""Commands of `bssbench` that say whether results can be relied on."""

import argparse
from pathlib import Path
from typing import Any

__all__ = ["add_verification_commands"]


def _check(arguments: argparse.Namespace) -> int:
    from bssbench.staleness import check

    checked = check(arguments.directory, arguments.configuration)
    stale = {path: reasons for path, reasons in checked.items() if reasons}
    for path, reasons in stale.items():
        print(f"{path} is stale: {', '.join(reasons)}")
    if stale:
        print(f"{len(stale)} of {len(checked)} artefacts are stale")
    else:
        print(f"{len(checked)} artefacts are up to date")
    return 1 if stale else 0


def add_verification_commands(commands: Any) -> None:
    """Add them to argparse's `commands`."""
    command = commands.add_parser(
        "check",
        help="compare tables and figures with what they were made from",
        description="Every table, figure and file of claims carries hashes of the configuration, "
        "of the code that made it and of the scores or timings that it shows. Compare them with "
        "those of today and name each file for which one differs: exit code 1, else 0. Code is "
        "compared without comments, docstrings and line breaks. Run it at the top of the project.",
    )
    command.add_argument(
        "directory",
        type=Path,
        nargs="?",
        metavar="DIR",
        help="a run's results (default: results, or else results/reference)",
    )
    command.add_argument(
        "--configuration",
        type=Path,
        metavar="YAML",
        help="the experiment's file (default: the one that the run was made from)",
    )
    command.set_defaults(run=_check)
