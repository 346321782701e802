"""One-line errors for missing libraries and for errors that libraries raise."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bssbench.errors import InputError

__all__ = ["in_one_line", "needed", "reading", "writing"]

_LONGEST_REASON = 200


@contextmanager
def needed(path: Path, library: str, use: str = "read") -> Iterator[None]:
    """Report a missing `library` in one line that names the command to install it.

    Raises
    ------
    InputError
        If the block raises `ImportError`.
    """
    try:
        yield
    except ImportError:
        raise InputError(
            f"{path}: {library} is needed to {use} it and is not installed; "
            "pip install 'bssbench[recordings]'"
        ) from None


@contextmanager
def reading(path: Path, kind: str) -> Iterator[None]:
    """Report any error of a library that reads a file in one line; `kind` is for example ``NPY``.

    Raises
    ------
    InputError
        If the block raises any exception but `InputError`, which passes. A library that is given
        broken bytes raises nearly anything, so nothing narrower would do.
    """
    with _in_words(path, f"cannot be read as {kind}"):
        yield


@contextmanager
def writing(path: Path, kind: str) -> Iterator[None]:
    """Report any error of a library that writes a file in one line.

    Raises
    ------
    InputError
        If the block raises any exception but `InputError`, which passes.
    """
    with _in_words(path, f"cannot be written as {kind}"):
        yield


@contextmanager
def _in_words(path: Path, failure: str) -> Iterator[None]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except InputError:
        raise
    except MemoryError:
        raise InputError(
            f"{path}: {failure}: it needs more memory than is available, or is damaged"
        ) from None
    except OSError as error:
        reason = error.strerror or in_one_line(str(error)) or type(error).__name__
        if error.filename is not None and Path(str(error.filename)) != path:
            reason += f": {Path(str(error.filename)).name}"
        raise InputError(f"{path}: {failure} ({reason})") from None
    except Exception as error:
        reason = in_one_line(str(error)) or type(error).__name__
        raise InputError(f"{path}: {failure} ({reason})") from None


def in_one_line(text: str) -> str:
    """Return a library's message without line breaks and unprintable characters, and not long."""
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return words if len(words) <= _LONGEST_REASON else words[:_LONGEST_REASON] + " …"
