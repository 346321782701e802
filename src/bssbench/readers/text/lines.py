"""Splitting a text into numbered lines and comments."""

import re
from dataclasses import dataclass
from pathlib import Path

from bssbench.errors import InputError
from bssbench.readers.text.numbers import MISSING

__all__ = ["Lines", "lines_of"]

_COMMENTS = ("#", "%", "//", "!")
# Cells of spreadsheets that begin like a comment.
_ERRORS = tuple(word for word in MISSING if word.startswith("#"))
_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
# A quoted cell with more line breaks than this was never closed.
_LONGEST_CELL = 20


@dataclass
class Lines:
    """Lines of a text, without empty ones and comments.

    Attributes
    ----------
    texts : list of str
        What is left.
    numbers : list of int
        The number of each in the file, from 1.
    comments : dict of int to str
        Comments, without their marks, by the number of their line.
    separator : str or None
        The delimiter that the file states: a first line such as ``sep=;``, which Excel writes, or
        LabVIEW's header.
    decimal : str or None
        The decimal mark that a header of LabVIEW states.
    """

    texts: list[str]
    numbers: list[int]
    comments: dict[int, str]
    separator: str | None = None
    decimal: str | None = None


def lines_of(text: str, path: Path) -> Lines:
    """Split a text into lines and comments.

    A line that begins with ``#``, ``%``, ``//`` or ``!`` is a comment wherever it stands. Lines
    that begin with ``;`` are comments if others have no such mark, and rows else.

    Raises
    ------
    InputError
        If a quoted cell does not end.
    """
    found = Lines([], [], {})
    quoted = '"' in text
    pending: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if pending:
            pending.append(line)
            if line.count('"') % 2 == 0:
                if len(pending) > _LONGEST_CELL:
                    raise _unclosed(path, number - len(pending) + 1)
                continue
            # One cell of several lines: a name, which may as well have spaces.
            line, number = " ".join(pending), number - len(pending) + 1
            pending = []
        elif not line or line.isspace():
            continue
        elif line[0] in " \t#%/!" and _is_comment(line):
            found.comments[number] = line.strip().lstrip("#%/! \t")
            continue
        elif quoted and line.count('"') % 2:
            pending = [line]
            continue
        found.texts.append(line)
        found.numbers.append(number)
    if pending:
        raise _unclosed(path, number - len(pending) + 1)
    if found.texts and (match := _SEPARATOR.fullmatch(found.texts[0].rstrip(" "))):
        found.separator = match[1]
        del found.texts[0], found.numbers[0]
    if found.texts and found.texts[0].startswith("LabVIEW Measurement"):
        _take_labview_marks(found)
    _take_semicolon_comments(found)
    return found


def _unclosed(path: Path, number: int) -> InputError:
    return InputError(f'{path}: line {number}: a quotation mark (") is opened but not closed')


def _is_comment(line: str) -> bool:
    stripped = line.lstrip()
    return stripped.startswith(_COMMENTS) and not stripped.startswith(_ERRORS)


def _take_labview_marks(found: Lines) -> None:
    """Read the marks that a header of LabVIEW states."""
    settings = dict(re.split(r"[\t,]", line + "\t", maxsplit=1) for line in found.texts[:40])
    found.separator = {"tab": "\t", "comma": ","}.get(settings.get("Separator", "").strip().lower())
    mark = settings.get("Decimal_Separator", "").strip(' \t"')
    found.decimal = mark if mark in (".", ",") and mark != found.separator else None


def _take_semicolon_comments(found: Lines) -> None:
    """Move lines that begin with a semicolon to the comments, unless others have semicolons."""
    begin = [line.lstrip().startswith(";") for line in found.texts]
    if not any(begin) or sum(begin) > 0.5 * len(begin):
        return
    others = [line for line, comment in zip(found.texts, begin, strict=True) if not comment]
    if sum(";" in line for line in others) > 0.5 * len(others):
        return
    for line, number, comment in zip(found.texts, found.numbers, begin, strict=True):
        if comment:
            found.comments[number] = line.strip().lstrip("; ")
    found.numbers = [n for n, comment in zip(found.numbers, begin, strict=True) if not comment]
    found.texts = others
