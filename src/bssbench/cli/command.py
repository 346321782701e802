"""How a command of `bssbench` is declared: a function, whose docstring is its help, and options."""

import argparse
import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "DEVICE",
    "ROOT_SEED",
    "Command",
    "assignments",
    "command",
    "group",
    "one_of",
    "option",
    "path",
    "whole_number",
]

# More than any generator's state holds.
_MOST_DIGITS = 40

Option = Callable[[argparse._ActionsContainer], object]
_Run = Callable[[argparse.Namespace], int | None]


@dataclass(frozen=True)
class Command:
    """A command: named as its function is, which returns an exit code, or None for 0."""

    run: _Run
    options: tuple[Option, ...]
    examples: str = ""

    def add(self, commands: Any) -> None:
        """Add it to argparse's `commands`."""
        name = self.run.__name__.strip("_").replace("_", "-")
        first, _, description = inspect.cleandoc(self.run.__doc__ or "").partition("\n\n")
        parser = commands.add_parser(
            name, help=first[:1].lower() + first[1:].rstrip("."), description=description or first
        )
        if self.examples:
            # As they are written: lines of examples must not be filled.
            parser.formatter_class = argparse.RawDescriptionHelpFormatter
            parser.epilog = self.examples
        _add_all((*self.options, _PLUGIN), parser)
        parser.set_defaults(run=self.run)


def command(*options: Option, examples: str = "") -> Callable[[_Run], Command]:
    """Make a function a command, whose docstring is its help: first a line for the list of all.

    `examples` stand at the end of the help.
    """
    return lambda run: Command(run, options, examples)


def option(*names: str, **how: Any) -> Option:
    """Declare an argument as `argparse` does."""
    return lambda parser: parser.add_argument(*names, **how)


def path(name: str, kind: str, text: str | None = None, **how: Any) -> Option:
    """Declare a path, shown as `kind`, that must be given unless `how` says otherwise."""
    required = {"required": True} if name.startswith("-") else {}
    return option(name, **{"type": Path, "metavar": kind, "help": text, **required, **how})


def group(title: str, *options: Option) -> Option:
    """Show options together, under a title."""
    return lambda parser: _add_all(options, parser.add_argument_group(title))


def one_of(*options: Option) -> Option:
    """Declare options of which exactly one must be given."""
    return lambda parser: _add_all(options, parser.add_mutually_exclusive_group(required=True))


def _add_all(options: Iterable[Option], parser: argparse._ActionsContainer) -> None:
    for add in options:
        add(parser)


def assignments(whose: str) -> Option:
    """Declare ``--set`` for the parameters of a method or a data set."""
    text = f"a parameter of the {whose}; 'bssbench list' shows them"
    how = {"dest": "assignments", "action": "append", "default": [], "metavar": "KEY=VALUE"}
    return option("--set", help=text, **how)


def whole_number(text: str) -> int:
    """Parse a number from 0 on, for ``option(…, type=whole_number)``."""
    if not text.strip().isdecimal() or len(text) > _MOST_DIGITS:
        shown = text if len(text) <= _MOST_DIGITS else f"{text[:_MOST_DIGITS]}…"
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 on, not {shown!r}")
    return int(text)


ROOT_SEED = option(
    "--root-seed", type=whole_number, default=0, help="the experiment's seed (default 0)"
)
_PLUGIN = option(
    "--plugin",
    dest="plugin_here",
    action="append",
    default=[],
    metavar="PATH",
    type=Path,
    help="a Python file, or a folder of such files, with methods, families, recordings or scores "
    "of your own; may be given again",
)
DEVICE = option("--device", default="cpu", help="cpu (default) or cuda, for the VAEs")
