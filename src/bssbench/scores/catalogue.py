"""All scores: what the modules of `bssbench.scores.measures` state under ``SCORES``.

Rows of ``scores.csv``, tables, statistics and verification follow from their records.
"""

import importlib

from bssbench.discovery import modules_below
from bssbench.scores.record import Score

__all__ = ["ACROSS_SEEDS", "SCORES"]


def _stated() -> list[Score]:
    modules = map(importlib.import_module, modules_below("bssbench.scores.measures").values())
    return [score for module in modules for score in module.SCORES]


SCORES = {score.name: score for score in sorted(_stated(), key=lambda s: (s.position, s.name))}
"""By name, in the order of files and tables."""

ACROSS_SEEDS = frozenset(name for name, score in SCORES.items() if score.across_seeds)
"""Those that a seed has only beside the others of its cell."""
