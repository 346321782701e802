"""Prepare a table for separation.

Problems of the recording are found and reported with a remedy, requested remedies are applied, and
the number of sources is estimated from the eigenvalues.
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
