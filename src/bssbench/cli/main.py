"""The command `bssbench`: what the workflow's rules call, and what a person can call."""

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
from bssbench.cli.interruption import after_libraries_are_loaded
from bssbench.errors import InputError

__all__ = ["main"]

# Layers are imported by the command that uses them, so that `bssbench --help` answers at once.
_COMMANDS = [
    command
    for group in (data, separating, running, new, paper, sweeping, reproduction)
    for command in vars(group).values()
    if isinstance(command, Command)
]


class _Parser(argparse.ArgumentParser):
    """Reports a wrong command line in one line, as all bad input is."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see '{self.prog} --help')")


def _parser() -> _Parser:
    parser = _Parser(
        prog="bssbench",
        description="Blind source separation with structured-prior VAEs: data, methods, scores.",
    )
    parser.add_argument("--version", action="version", version=f"bssbench {__version__}")
    parser.add_argument(
        "--plugin",
        action="append",
        default=[],
        type=Path,
        metavar="PATH",
        help="a Python file, or a folder of such files, with methods of your own; every command "
        "takes it, before its name or after",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)
    for command in _COMMANDS:
        command.add(commands)
    return parser


def _run(parsed: argparse.Namespace) -> int:
    """Run a command with the plug-ins that the user names."""
    plugins = [*parsed.plugin, *parsed.plugin_here]
    if not plugins:
        return int(parsed.run(parsed) or 0)
    from bssbench.plugins import using

    with using(plugins):
        return int(parsed.run(parsed) or 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, or 2 with one line on standard error for bad input.

    A command that judges returns 1 where its judgement is no.
    """
    launched = time.monotonic()
    # One thread unless the user says otherwise, before any library reads it: numbers must not
    # depend on how many processors there are, and on series of some thousand samples more threads
    # only wait for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # A path may have bytes that are no text, and a terminal may not know all letters.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            parsed = _parser().parse_args(arguments)
            parsed.launched = launched
            parsed.words = sys.argv[1:] if arguments is None else list(arguments)
            provide_cache_folders()
            with after_libraries_are_loaded():
                return _run(parsed)
        finally:
            # Not when Python ends, where what goes wrong is said in lines of its own.
            _write_out(sys.stdout)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever reads no further, as ``head``, has what it wanted.
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
        # What could not be printed is still in the stream.
        with suppress(OSError):
            _write_out(sys.stderr)
        return 2


def _write_out(stream: TextIO | None) -> None:
    """Flush a stream while an error can still be said: at its end, Python says it its own way."""
    # Python has none where it was closed before it began.
    if stream is None:
        return
    try:
        stream.flush()
    except OSError as error:
        # Nor does Python try again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        if not isinstance(error, BrokenPipeError):
            raise OSError(error.errno, error.strerror, stream.name) from None


def _is_interruption(error: BaseException | None) -> bool:
    """Tell whether it began as Ctrl-C, of which the import of a library may make another error."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _explanation(error: Exception) -> str | None:
    """Return what is wrong and what to do; None where that is a fault of this program."""
    if isinstance(error, ImportError):
        return what_is_missing(error)
    if isinstance(error, MemoryError):
        return f"this takes more memory than there is: {error}".rstrip(": ")
    # Of a full disk or a folder without write permission, the file and the reason say it all.
    return str(error) if isinstance(error, (InputError, OSError)) else None
