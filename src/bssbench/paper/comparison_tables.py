"""The tables of each method against the best of a data set, paired by seed."""

import math
from typing import Any

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.scores.catalogue import SCORES
from bssbench.statistics.comparisons import ALPHA
from bssbench.statistics.sample_size import POWER

__all__ = ["comparison_report"]

_TITLE = "Each method against the best of its data set"
_NOTE = (
    "The best is the highest median among the methods with the fewest missing seeds; controls are "
    "excluded. Difference: mean over seeds of the method minus the best, paired by seed, in the "
    "unit of the score (si_sdr: dB; positive is better), with its 95 % bootstrap interval (BCa, "
    "10,000 resamples). p: Wilcoxon's two-sided signed-rank test of the same pairs; p (Holm): "
    "corrected within the table. ° not distinguished from the best "
    f"(p ≥ {ALPHA}). Seeds needed: the number of seeds with which this test would find the "
    f"difference with a power of {100 * POWER:.0f} % if its mean and spread stay the same; a dash "
    "if no number would. On recordings, seeds set the initialisation only; a method without one "
    "has a single value."
)
_UNDECIDABLE = (
    "Too few seeds for this many comparisons: even methods that differ on every seed are not "
    "distinguished."
)


def comparison_report(comparisons: pd.DataFrame) -> Report:
    """Return a table for each data set and score, from `compare_with_best`."""
    families = comparisons.groupby(["dataset", "score"], sort=False)
    sections = tuple(
        Section(
            title=f"{dataset}, {score}: against {rows['best'].iloc[0]}",
            text="" if rows["decidable"].all() else _UNDECIDABLE,
            grids=(Grid(_entries(rows, str(score)), label=f"{dataset}-{score}"),),
        )
        for (dataset, score), rows in families
    )
    nothing = Section(remarks="There is nothing to compare.")
    return Report("comparisons", _TITLE, _NOTE, comparisons, sections or (nothing,))


def _entries(rows: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return the entries of one data set and score."""
    # A mean of differences has more digits than a score.
    decimals = SCORES[score].decimals + 1
    marked = rows["indistinguishable"] & rows["decidable"]
    n_seeds = rows["n_pairs"] + rows["n_missing"]
    pairs = rows["n_pairs"].astype(str)
    return pd.DataFrame(
        {
            "method": rows["method"],
            "difference": [_signed(value, decimals) for value in rows["mean_difference"]],
            "95 % interval": [
                "–" if pd.isna(low) else f"[{_signed(low, decimals)}, {_signed(high, decimals)}]"
                for low, high in zip(rows["low"], rows["high"], strict=True)
            ],
            "p": rows["p"].map(_probability),
            "p (Holm)": rows["p_holm"].map(_probability) + marked.map({True: " °", False: ""}),
            "pairs": pairs.where(rows["n_missing"] == 0, pairs + "/" + n_seeds.astype(str)),
            "seeds needed": rows["seeds_needed"].map(_count).where(rows["indistinguishable"], ""),
        }
    )


def _signed(value: float, decimals: int) -> str:
    """Format a difference, with two more decimals where it would be rounded to 0."""
    if math.isnan(value):
        return "–"
    rounded = value == 0 or abs(value) >= 0.5 * 10.0**-decimals
    return f"{value:+.{decimals if rounded else decimals + 2}f}".replace("-", "−")


def _count(number: Any) -> str:
    return "–" if pd.isna(number) else f"{number:,.0f}"


def _probability(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}" if value >= 5e-4 else f"{value:.1e}"
