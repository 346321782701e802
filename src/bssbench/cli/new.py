"""The command of `bssbench` that begins a plug-in."""

import argparse
from pathlib import Path

from bssbench.cli.command import command, option, path


@command(
    option("kind", choices=["prior", "method", "family"], help="what it is"),
    option("name", help="what it is called, for instance my-prior"),
    path("--out", "DIR", "where the file goes (default: here)", required=False, default=Path()),
)
def _new(arguments: argparse.Namespace) -> None:
    """Write a prior, method or family of your own to begin with.

    Write a Python file that runs as it is and has comments on what to change: a VAE with a prior of
    its own, a method, or a family of sources. No file is written over.
    """
    from bssbench.templates.writing import next_steps, write_template

    file = write_template(arguments.kind, arguments.name, arguments.out)
    print(next_steps(arguments.kind, file))
