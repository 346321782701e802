"""Markdown of tables, lists and text."""

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"([\\*_<>$\[\]{}])")


def escaped(text: str) -> str:
    """Return plain text, in one line, such that Markdown shows it as it is; `code` stays code."""
    parts = re.split(r"(``.+?``|`[^`]+`)", " ".join(text.split()))
    return "".join(
        f"`{part.strip('`')}`" if part.startswith("`") else _SPECIAL.sub(r"\\\1", part)
        for part in parts
    )


def code(value: object) -> str:
    """Return a value as inline code."""
    return f"`{value}`"


def definition(term: str, *paragraphs: str) -> str:
    """Return an entry of a definition list; empty paragraphs are left out."""
    first, *rest = [text for text in paragraphs if text] or ["–"]
    return f"{term}\n: {first}\n" + "".join(f"\n  {text}\n" for text in rest)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are Markdown already."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(heads), line(["---"] * len(heads)), *map(line, rows)]) + "\n"
