"""From bytes to text: which encoding, and whether it is text at all."""

import codecs
from pathlib import Path

from bssbench.errors import InputError

__all__ = ["decode", "looks_like_text"]

_MARKS = (
    # UTF-32 first: its mark begins with that of UTF-16.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SPOKEN = {
    "utf-32": "text in UTF-32",
    "utf-16": "text in UTF-16",
    "utf-16-le": "text in UTF-16 without a mark",
    "utf-16-be": "text in UTF-16 without a mark",
    "cp1252": "warning: not UTF-8, read as Windows-1252 (Latin-1)",
    "latin-1": "warning: not UTF-8, read as Latin-1",
}
# What a text file may have of characters below the space: tab, new lines, form feed, Ctrl-Z.
_CONTROLS = frozenset(range(32)) - {9, 10, 11, 12, 13, 26, 27}


def looks_like_text(head: bytes) -> bool:
    """Return whether a file that begins so may be text."""
    if any(head.startswith(mark) for mark, _ in _MARKS) or _without_mark(head):
        return True
    return b"\0" not in head.rstrip(b"\0") and not _controls(head)


def decode(content: bytes, path: Path) -> tuple[str, str, list[str]]:
    """Return the text with new lines as the only line ends, its encoding, and remarks.

    The encoding is UTF-8, UTF-16 or UTF-32 by their marks; UTF-16 without one, where every other
    byte is zero; UTF-8 if that is possible; else Windows-1252, else Latin-1.

    Raises
    ------
    InputError
        If the content is not text.
    """
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if encoding is None:
        encoding = _without_mark(content[:4096])
    if encoding is None:
        content = content.rstrip(b"\0")  # a logger that reserved more than it wrote
        if b"\0" in content or _controls(content[:65_536]):
            raise InputError(f"{path}: neither text nor another kind of file that can be read")
    for name in (encoding,) if encoding else ("utf-8", "cp1252", "latin-1"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")
        return text, name, [_SPOKEN[name]] if name in _SPOKEN else []
    raise InputError(f"{path}: begins like {encoding} text, but can't be decoded; is it complete?")


def _without_mark(head: bytes) -> str | None:
    """Return which UTF-16 this is, by the zero bytes of its ASCII characters."""
    even, odd = head[0::2], head[1::2]
    if len(head) < 4:
        return None
    if even.count(0) < 0.05 * len(even) and odd.count(0) > 0.7 * len(odd):
        return "utf-16-le" if not _controls(even) else None
    if odd.count(0) < 0.05 * len(odd) and even.count(0) > 0.7 * len(even):
        return "utf-16-be" if not _controls(odd) else None
    return None


def _controls(head: bytes) -> bool:
    """Return whether there are control characters that no text has."""
    return any(byte in _CONTROLS for byte in set(head.rstrip(b"\0")))
