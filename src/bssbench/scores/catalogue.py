"""All scores, collected from ``SCORES`` of the modules in `bssbench.scores.measures`.

The rows of ``scores.csv``, tables, statistics and verification follow from these records.
"""

import importlib

from bssbench.discovery import modules_below
from bssbench.scores.record import Score

__all__ = ["ACROSS_SEEDS", "SCORES"]


def _stated() -> list[Score]:
    modules = map(importlib.import_module, modules_below("bssbench.scores.measures").values())
    return [score for module in modules for score in module.SCORES]


SCORES = {score.name: score for score in sorted(_stated(), key=lambda s: (s.position, s.name))}
"""All scores by name, in the order of files and tables."""

ACROSS_SEEDS = frozenset(name for name, score in SCORES.items() if score.across_seeds)
"""Names of the scores that compare a seed with the other seeds of its cell."""
