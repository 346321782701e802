"""Every score, from its record."""

from collections.abc import Iterator

import numpy as np

from bssbench.datasets.dataset import Dataset
from bssbench.errors import NotApplicable
from bssbench.scores.catalogue import SCORES
from bssbench.scores.record import Score
from generated_pages.markdown import code, escaped, table

# A data set of which nothing is known: a score that it can't have names what is missing.
_UNKNOWN = Dataset("unknown", (0,), np.zeros((1, 2, 1)), n_sources=1, mixing="unknown")


def markdown() -> str:
    """Return a table of the scores, in the order of files and tables."""
    rows = [
        (
            code(score.name),
            escaped(score.description),
            escaped(score.caption.partition(" (")[0]),
            score.better or "–",
            f"{score.tolerance:g}",
            escaped(_missing(score)),
            ", ".join(_uses(score)) or "–",
        )
        for score in SCORES.values()
    ]
    heads = ("score", "meaning", "in tables", "better", "tolerance", "skipped if", "used in")
    return table(heads, rows)


def _missing(score: Score) -> str:
    try:
        score.needs(_UNKNOWN)
    except NotApplicable as reason:
        return str(reason)
    return "–"


def _uses(score: Score) -> Iterator[str]:
    if score.headline:
        yield "comparisons and ranks"
    if score.tabulated:
        yield "tables"
    if score.axis:
        yield "figures"
