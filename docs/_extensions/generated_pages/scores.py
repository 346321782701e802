"""Every score, from its record."""

from collections.abc import Iterator

from bssbench.scores.catalogue import SCORES
from bssbench.scores.record import Score
from generated_pages.markdown import code, escaped, table

_DIRECTIONS = {"higher": "higher is better", "lower": "lower is better", None: "no direction"}


def markdown() -> str:
    """Return a table of the scores, in the order of files and tables."""
    rows = [
        (
            code(score.name),
            escaped(score.description),
            escaped(score.caption),
            _DIRECTIONS[score.better],
            f"{score.tolerance:g}",
            ", ".join(_uses(score)) or "–",
        )
        for score in SCORES.values()
    ]
    heads = ("score", "meaning", "name and unit in tables", "direction", "tolerance", "used in")
    return table(heads, rows)


def _uses(score: Score) -> Iterator[str]:
    if score.headline:
        yield "comparisons and ranks"
    if score.tabulated:
        yield "tables"
    if score.axis:
        yield "figures"
