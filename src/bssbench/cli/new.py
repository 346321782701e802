"""The command that writes a template for a plug-in."""

import argparse
from pathlib import Path

from bssbench.cli.command import command, option, path


@command(
    option("kind", choices=["prior", "method", "family"], help="what to write"),
    option("name", help="name of the new prior, method or family, for instance my-prior"),
    path(
        "--out",
        "DIR",
        "folder for the file (default: the current folder)",
        required=False,
        default=Path(),
    ),
)
def _new(arguments: argparse.Namespace) -> None:
    """Write a template for a new prior, method or family.

    Write a Python file that runs unchanged, with comments that explain what to change: a VAE with a
    new prior, a method, or a family of sources. An existing file is not replaced.
    """
    from bssbench.templates.writing import next_steps, write_template

    file = write_template(arguments.kind, arguments.name, arguments.out)
    print(next_steps(arguments.kind, file))
