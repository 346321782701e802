"""Declaration of a command: a function, whose docstring is the help text, and its options."""

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

# More digits than the state of any generator has.
_MOST_DIGITS = 40

Option = Callable[[argparse._ActionsContainer], object]
_Run = Callable[[argparse.Namespace], int | None]


@dataclass(frozen=True)
class Command:
    """A command with the name of its function, which returns an exit code, or None for 0."""

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
            # Lines of examples must not be wrapped.
            parser.formatter_class = argparse.RawDescriptionHelpFormatter
            parser.epilog = self.examples
        _add_all((*self.options, _PLUGIN), parser)
        parser.set_defaults(run=self.run)


def command(*options: Option, examples: str = "") -> Callable[[_Run], Command]:
    """Turn a function into a command.

    The first line of its docstring is shown in the list of commands, the rest in the command's own
    help, followed by `examples`.
    """
    return lambda run: Command(run, options, examples)


def option(*names: str, **how: Any) -> Option:
    """Declare an argument, with the parameters of `argparse.ArgumentParser.add_argument`."""
    return lambda parser: parser.add_argument(*names, **how)


def path(name: str, kind: str, text: str | None = None, **how: Any) -> Option:
    """Declare a path, shown as `kind`, which is required unless `how` overrides this."""
    required = {"required": True} if name.startswith("-") else {}
    return option(name, **{"type": Path, "metavar": kind, "help": text, **required, **how})


def group(title: str, *options: Option) -> Option:
    """Show options under a title of their own."""
    return lambda parser: _add_all(options, parser.add_argument_group(title))


def one_of(*options: Option) -> Option:
    """Declare options of which exactly one is required."""
    return lambda parser: _add_all(options, parser.add_mutually_exclusive_group(required=True))


def _add_all(options: Iterable[Option], parser: argparse._ActionsContainer) -> None:
    for add in options:
        add(parser)


def assignments(whose: str) -> Option:
    """Declare ``--set`` for the parameters of a method or a data set."""
    text = f"set a parameter of the {whose}; 'bssbench list' shows them; may be repeated"
    how = {"dest": "assignments", "action": "append", "default": [], "metavar": "KEY=VALUE"}
    return option("--set", help=text, **how)


def whole_number(text: str) -> int:
    """Parse an integer of at least 0, for ``option(…, type=whole_number)``."""
    if not text.strip().isdecimal() or len(text) > _MOST_DIGITS:
        shown = text if len(text) <= _MOST_DIGITS else f"{text[:_MOST_DIGITS]}…"
        raise argparse.ArgumentTypeError(f"expected an integer of at least 0, not {shown!r}")
    return int(text)


ROOT_SEED = option(
    "--root-seed", type=whole_number, default=0, help="root seed of the experiment (default: 0)"
)
_PLUGIN = option(
    "--plugin",
    dest="plugin_here",
    action="append",
    default=[],
    metavar="PATH",
    type=Path,
    help="a Python file, or a folder of Python files, that defines methods, families, recordings "
    "or scores; may be repeated",
)
DEVICE = option("--device", default="cpu", help="device for the VAEs: cpu (default) or cuda")
