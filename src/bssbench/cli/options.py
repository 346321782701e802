"""Options that several commands have."""

import argparse
from pathlib import Path

__all__ = [
    "add_assignments",
    "add_cpu_seconds",
    "add_device",
    "add_out",
    "add_root_seed",
    "add_seeds",
]


def add_assignments(command: argparse.ArgumentParser, whose: str) -> None:
    """Add ``--set`` for the parameters of a method or a data set."""
    command.add_argument(
        "--set",
        dest="assignments",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=f"a parameter of the {whose}; 'bssbench list' shows them",
    )


def add_root_seed(command: argparse.ArgumentParser) -> None:
    """Add ``--root-seed``."""
    command.add_argument(
        "--root-seed", type=int, default=0, help="the experiment's seed (default 0)"
    )


def add_seeds(command: argparse.ArgumentParser, text: str) -> None:
    """Add ``--seeds``, as ranges."""
    command.add_argument("--seeds", default="0-9", help=text)


def add_device(command: argparse.ArgumentParser) -> None:
    """Add ``--device``."""
    command.add_argument("--device", default="cpu", help="cpu (default) or cuda, for the VAEs")


def add_cpu_seconds(command: argparse.ArgumentParser, default: int | None, text: str) -> None:
    """Add ``--cpu-seconds``."""
    command.add_argument("--cpu-seconds", type=int, default=default, help=text)


def add_out(command: argparse.ArgumentParser, kind: str, text: str | None = None) -> None:
    """Add ``--out``, which must be given: `kind` is ``DIR``, ``CSV`` or the like."""
    command.add_argument("--out", type=Path, required=True, metavar=kind, help=text)
