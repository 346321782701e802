"""What a file of the paper carries of its own identity, each format in the place that it has.

PDF has its keywords and PNG a comment, which are given when they are saved; Markdown and LaTeX end
with a comment that nobody sees in print. CSV and plain text have no such place and must stay what
they are, so ``NAME.csv`` and ``NAME.txt`` have ``NAME.json`` beside them.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bssbench.files import write_text

__all__ = ["read_stamp", "save_metadata", "stamp"]

_MARK = "bssbench identity: "
_COMMENTS = {".md": "\n\n<!-- {} -->\n", ".tex": "\n% {}\n"}
_SAVED_WITH = (".pdf", ".png")
_BESIDE = ".json"


def save_metadata(suffix: str, identity: str | None) -> dict[str, str | None]:
    """Return matplotlib's metadata of a PDF or PNG: the identity, and neither time nor version."""
    # Without this, matplotlib writes the time of day into a PDF and its version into both.
    carried = _MARK + identity if identity else None
    if suffix == ".pdf":
        return {"CreationDate": None, "Producer": None, "Creator": None, "Keywords": carried}
    return {"Software": None} | ({"Comment": carried} if carried else {})


def stamp(paths: Iterable[Path], identity: str | None) -> None:
    """Let files that are written carry their identity, those of matplotlib excepted.

    Parameters
    ----------
    paths : iterable of pathlib.Path
        Figures among them are left as they are: `save_metadata` is for them.
    identity : str or None
        A JSON object in one line; without it nothing is done.
    """
    if identity is None:
        return
    for path in paths:
        if path.suffix in _COMMENTS:
            comment = _COMMENTS[path.suffix].format(_MARK + identity)
            write_text(path, path.read_text(encoding="utf-8").rstrip("\n") + comment)
        elif path.suffix not in _SAVED_WITH:
            write_text(path.with_suffix(_BESIDE), identity + "\n")


def read_stamp(path: Path) -> dict[str, Any] | None:
    """Return the identity that a file carries; None if it carries none."""
    inside = path.suffix in (*_COMMENTS, *_SAVED_WITH)
    try:
        # One byte a character: of a figure, too, the mark and what follows it is plain text.
        text = (path if inside else path.with_suffix(_BESIDE)).read_bytes().decode("latin-1")
        start = text.rindex(_MARK) + len(_MARK) if inside else 0
        identity = json.JSONDecoder().raw_decode(text, start)[0]
    except (FileNotFoundError, ValueError):
        return None
    return identity if isinstance(identity, dict) else None
