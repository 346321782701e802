"""From a table that was read to observations that can be separated.

What is doubtful about them is found and said, with a remedy; the remedies that are asked for are
applied; and how many sources there may be is read off the eigenvalues.
"""

from bssbench.preparation.finding import Finding
from bssbench.preparation.prepare import Prepared, prepare
from bssbench.preparation.remedies import FILLS, Remedies
from bssbench.preparation.source_count import SourceCount, suggested_n_sources

__all__ = [
    "FILLS",
    "Finding",
    "Prepared",
    "Remedies",
    "SourceCount",
    "prepare",
    "suggested_n_sources",
]
