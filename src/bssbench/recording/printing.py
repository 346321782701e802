"""What is said on the screen while a recording is separated."""

import sys
from collections.abc import Iterable

__all__ = ["Screen", "counted", "printable"]


def counted(number: int, noun: str) -> str:
    """Return a number of things: ``1 source``, ``3 sources``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: object) -> str:
    """Return text in which every character can be shown in a line: others as Python writes them.

    Names of files may have new lines, and bytes that are no text, which no page or picture can
    hold.
    """
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in str(text)
    )


class Screen:
    """Lines on standard error: at once on a terminal, else together with the result.

    Where nobody is watching, input that turns out to be bad is then one line and no more.
    """

    def __init__(self) -> None:
        self._waiting: list[str] = []

    def say(self, text: object) -> None:
        """Say something in one line."""
        self._waiting.append(f"bssbench: {printable(text)}")
        if sys.stderr.isatty():
            self.finish()

    def warn(self, texts: Iterable[object]) -> None:
        """Say what is doubtful."""
        for text in texts:
            self.say(f"warning: {text}")

    def finish(self) -> None:
        """Show what was said so far."""
        for line in self._waiting:
            print(line, file=sys.stderr)
        self._waiting.clear()
