"""Messages on the screen while a recording is separated."""

import sys
from collections.abc import Iterable

__all__ = ["Screen", "counted", "printable"]


def counted(number: int, noun: str) -> str:
    """Return a number of things: ``1 source``, ``3 sources``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def printable(text: object) -> str:
    """Return text in one line, with unprintable characters as Python's escapes.

    File names may contain new lines, and bytes that are not text.
    """
    return "".join(
        character
        if character.isprintable()
        else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in str(text)
    )


class Screen:
    """Lines on standard error: immediately on a terminal, otherwise together at the end.

    Without a terminal, invalid input that is found later then gives exactly one line.
    """

    def __init__(self) -> None:
        self._waiting: list[str] = []

    def report(self, text: object) -> None:
        """Report something in one line."""
        self._waiting.append(f"bssbench: {printable(text)}")
        if sys.stderr.isatty():
            self.finish()

    def warn(self, texts: Iterable[object]) -> None:
        """Report warnings."""
        for text in texts:
            self.report(f"warning: {text}")

    def finish(self) -> None:
        """Print the lines that are waiting."""
        for line in self._waiting:
            print(line, file=sys.stderr)
        self._waiting.clear()
