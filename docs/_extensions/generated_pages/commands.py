"""Every command of `bssbench`, its arguments and their help, from the parser itself."""

import argparse
import os
from collections.abc import Iterator
from unittest.mock import patch

from bssbench.cli.main import _parser
from generated_pages.markdown import code, definition, escaped, table

_COLUMNS = "92"
# Options of every command, which the page explains once.
_OF_ALL = ("help", "plugin_here")


def _commands() -> "argparse._SubParsersAction[argparse.ArgumentParser]":
    actions = _parser()._actions
    return next(each for each in actions if isinstance(each, argparse._SubParsersAction))


def overview() -> str:
    """Return a table of the commands, each with the first line of its help."""
    rows = [
        (f"[{code(each.dest)}](#{each.dest})", escaped(each.help or ""))
        for each in _commands()._choices_actions
    ]
    return table(("command", "what it does"), rows)


def markdown() -> str:
    """Return a section for each command, in the order of ``bssbench --help``."""
    with patch.dict(os.environ, COLUMNS=_COLUMNS, NO_COLOR="1"):
        return "\n".join("\n".join(_section(*each)) for each in _commands().choices.items())


def _section(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## {name}\n"
    for paragraph in (parser.description or "").split("\n\n"):
        yield f"{escaped(paragraph)}\n"
    yield f"```text\n{parser.format_usage().strip()}\n```\n"
    for group in parser._action_groups:
        shown = [each for each in group._group_actions if each.help != argparse.SUPPRESS]
        shown = [each for each in shown if each.dest not in _OF_ALL]
        if shown:
            title = escaped(group.title or "")
            yield f"**{title[:1].upper()}{title[1:]}**\n"
            yield "\n".join(_argument(each) for each in shown)
    if parser.epilog:
        yield f"```text\n{parser.epilog.strip()}\n```\n"


def _argument(action: argparse.Action) -> str:
    metavar = action.metavar if action.metavar is not None else action.dest.upper()
    value = " ".join(metavar) if isinstance(metavar, tuple) else metavar
    if action.choices is not None and action.metavar is None:
        value = "{" + ",".join(map(str, action.choices)) + "}"
    if action.nargs in ("+", "*") and isinstance(metavar, str):
        value = f"{value} [{value} …]"
    if not action.option_strings:
        return definition(code(value), escaped(action.help or ""))
    takes = "" if action.nargs == 0 else f" {value}"
    names = ", ".join(code(f"{name}{takes}") for name in action.option_strings)
    return definition(
        names + (" (required)" if action.required else ""), escaped(action.help or "")
    )
