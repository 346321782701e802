"""The tables of each method against the best of a data set, paired by seed."""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from bssbench.files import write_text
from bssbench.paper.latex import latex_table
from bssbench.statistics.comparisons import ALPHA
from bssbench.statistics.sample_size import POWER

__all__ = ["describe_undecidable", "write_comparison_tables"]

_TITLE = "Each method against the best of its data set"
_NOTE = (
    "Best is the highest median, among the methods whose seeds are missing least; controls are no "
    "candidates. Difference: mean over seeds of the method minus the best, paired by seed, so that "
    "positive is better, with its 95 % bootstrap interval (BCa, 10,000 resamples). p: Wilcoxon's "
    "two-sided signed-rank test of the same pairs; p (Holm): corrected within the table. ° not "
    f"distinguished from the best (p ≥ {ALPHA}). Seeds needed: with how many in all this test "
    f"would find the difference with a power of {100 * POWER:.0f} %, if its mean and spread stay "
    "what they are; a dash if no number would. Where data are the same for every seed, as "
    "recordings are, seeds are initialisations, and a method without any has one value "
    "that stands for all."
)
_UNDECIDABLE = (
    "Too few seeds for this many comparisons: not even methods that differ on every seed are told "
    "apart."
)


def describe_undecidable(comparisons: pd.DataFrame) -> list[str]:
    """Return a line for each data set and score whose family is too large to decide anything."""
    families = comparisons[~comparisons["decidable"].astype(bool)].groupby(
        ["dataset", "score"], sort=False
    )
    return [
        f"{dataset}, {score}: {rows['n_pairs'].max()} seeds are too few for {len(rows)} comparisons"
        for (dataset, score), rows in families
    ]


def write_comparison_tables(comparisons: pd.DataFrame, directory: Path) -> list[Path]:
    """Write ``comparisons.csv``, ``.md`` and ``.tex``, a table for each data set and score.

    Parameters
    ----------
    comparisons : pandas.DataFrame
        From `bssbench.statistics.comparisons.compare_with_best`.
    directory : pathlib.Path
        Where the tables go.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    paths = [directory / f"comparisons.{suffix}" for suffix in ("csv", "md", "tex")]
    write_text(paths[0], comparisons.to_csv(index=False, lineterminator="\n"))
    sections, latex = [f"# {_TITLE}\n\n{_NOTE}\n"], ["% Needs \\usepackage{booktabs}\n"]
    for (dataset, score), rows in comparisons.groupby(["dataset", "score"], sort=False):
        title = f"{dataset}, {score}: against {rows['best'].iloc[0]}"
        warning = "" if rows["decidable"].all() else f" {_UNDECIDABLE}"
        grid = _grid(rows)
        table = grid.to_markdown(
            index=False, disable_numparse=True, colalign=("left",) + ("right",) * 6
        )
        told = f"{warning.strip()}\n\n" if warning else ""
        sections.append(f"## {title}\n\n{told}{table}\n")
        label = f"tab:comparisons-{dataset}-{score}".replace("_", "-")
        caption = f"{_TITLE}. {title}.{warning} {_NOTE}"
        latex.append(latex_table(grid, caption, label=label, index=False, text_columns=1))
    if comparisons.empty:
        sections.append("There is nothing to compare.\n")
    write_text(paths[1], "\n".join(sections))
    write_text(paths[2], "\n".join(latex))
    return paths


def _grid(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one family's formatted table."""
    marked = rows["indistinguishable"] & rows["decidable"]
    n_seeds = rows["n_pairs"] + rows["n_missing"]
    pairs = rows["n_pairs"].astype(str)
    return pd.DataFrame(
        {
            "method": rows["method"],
            "difference": rows["mean_difference"].map(_signed),
            "95 % interval": [
                "–" if pd.isna(low) else f"[{_signed(low)}, {_signed(high)}]"
                for low, high in zip(rows["low"], rows["high"], strict=True)
            ],
            "p": rows["p"].map(_probability),
            "p (Holm)": rows["p_holm"].map(_probability) + marked.map({True: " °", False: ""}),
            "pairs": pairs.where(rows["n_missing"] == 0, pairs + "/" + n_seeds.astype(str)),
            "seeds needed": rows["seeds_needed"].map(_count).where(rows["indistinguishable"], ""),
        }
    )


def _signed(value: float) -> str:
    """Format a difference with three decimals, or with what smaller ones need to be seen."""
    if math.isnan(value):
        return "–"
    decimals = 3 if value == 0 or abs(value) >= 5e-4 else 5
    return f"{value:+.{decimals}f}".replace("-", "−")


def _count(number: Any) -> str:
    return "–" if pd.isna(number) else f"{number:,.0f}"


def _probability(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}" if value >= 5e-4 else f"{value:.1e}"
