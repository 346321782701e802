"""The command `bssbench`, called by users and by the rules of the workflow."""

import argparse
import io
import os
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, TextIO

from bssbench import __version__
from bssbench.cli import data, new, paper, reproduction, running, separating, sweeping
from bssbench.cli.cache_folders import provide_cache_folders
from bssbench.cli.command import Command
from bssbench.cli.extras import what_is_missing
from bssbench.errors import InputError

__all__ = ["main"]

# Each command imports what it needs when it runs, so that `bssbench --help` is fast.
_COMMANDS = [
    command
    for group in (data, separating, running, new, paper, sweeping, reproduction)
    for command in vars(group).values()
    if isinstance(command, Command)
]


class _Parser(argparse.ArgumentParser):
    """Reports an invalid command line in one line, like all invalid input."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see '{self.prog} --help')")


def _parser() -> _Parser:
    parser = _Parser(
        prog="bssbench",
        description="Benchmark and apply blind source separation with structured-prior VAEs.",
    )
    parser.add_argument("--version", action="version", version=f"bssbench {__version__}")
    parser.add_argument(
        "--plugin",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="a Python file, or a folder of Python files, that defines methods, families, "
        "recordings or scores; every command accepts it, before or after its name",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for command in _COMMANDS:
        command.add(commands)
    return parser


def _run(parsed: argparse.Namespace) -> int:
    """Run a command with the plug-ins named on the command line."""
    plugins = [*parsed.plugin, *parsed.plugin_here]
    if not plugins:
        return int(parsed.run(parsed) or 0)
    from bssbench.plugins import using

    with using(plugins):
        return int(parsed.run(parsed) or 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Invalid input gives 2 and one line on standard error. A command that checks something gives 1 if
    the check fails. Everything else gives 0.
    """
    launched = time.monotonic()
    # One thread unless the user chose another number, set before any library reads it. Results must
    # not depend on the number of processors, and on series of a few thousand samples more threads
    # only wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # A path may contain bytes that are not text, and a terminal may lack some characters.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            parsed = _parser().parse_args(arguments)
            parsed.launched = launched
            parsed.words = sys.argv[1:] if arguments is None else list(arguments)
            provide_cache_folders()
            return _run(parsed)
        finally:
            # Not when Python exits: then an error would be reported in Python's own format.
            _write_out(sys.stdout)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # A reader that stops early, such as ``head``, has all it needs.
        _write_out(sys.stdout)
        return 0
    except Exception as error:
        if _is_interruption(error):
            return 130
        line = _explanation(error)
        if line is None:
            raise
        try:
            _write_out(sys.stdout)
        except OSError as of_output:
            line = str(of_output)
        with suppress(OSError):
            print(f"bssbench: error: {' '.join(line.split())}", file=sys.stderr)
        # Text that could not be printed is still in the buffer of the stream.
        with suppress(OSError):
            _write_out(sys.stderr)
        return 2


def _write_out(stream: TextIO | None) -> None:
    """Flush a stream while an error can still be reported in one line."""
    # None if the stream was closed before Python started.
    if stream is None:
        return
    try:
        stream.flush()
    except OSError as error:
        # So that Python does not try again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise OSError(error.errno, error.strerror, stream.name) from None


def _is_interruption(error: BaseException | None) -> bool:
    """Return whether the cause was Ctrl-C, which the import of a library may turn into an error."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _explanation(error: Exception) -> str | None:
    """Return what is wrong and what to do, or None if the error is a bug of this program."""
    if isinstance(error, ImportError):
        return what_is_missing(error)
    if isinstance(error, MemoryError):
        return f"not enough memory: {error}".rstrip(": ")
    # For a full disk or a missing permission, the file and the reason are enough.
    return str(error) if isinstance(error, (InputError, OSError)) else None
