"""The tables of mean ranks over data sets."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from bssbench.files import write_text
from bssbench.paper.latex import latex_table, scaled_to_page
from bssbench.statistics.comparisons import ALPHA
from bssbench.statistics.ranks import Ranking

__all__ = ["write_rank_tables"]

_TITLE = "Ranks of methods over data sets"
_NOTE = (
    "Ranks of the median MCC over seeds, 1 for the highest; equal medians share the mean of their "
    "ranks. The units are data sets and not seeds: one of each family and mixing, the first that "
    "has results, and the methods with a result on every one. ° mean rank not distinguished from "
    f"the best by Nemenyi's test (p ≥ {ALPHA})."
)


def write_rank_tables(rankings: Sequence[Ranking], directory: Path) -> list[Path]:
    """Write ``ranks.csv``, ``.md`` and ``.tex``, a table for each ranking.

    Parameters
    ----------
    rankings : sequence of Ranking
        From `bssbench.statistics.ranks.rank_methods`.
    directory : pathlib.Path
        Where the tables go.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    paths = [directory / f"ranks.{suffix}" for suffix in ("csv", "md", "tex")]
    columns = ["ranking", "method", "mean_rank", "p_from_best", "n_datasets"]
    columns += ["friedman_statistic", "friedman_p", "critical_difference"]
    tables = [_table(ranking) for ranking in rankings]
    table = pd.concat(tables) if tables else pd.DataFrame()
    write_text(paths[0], table.reindex(columns=columns).to_csv(index=False, lineterminator="\n"))
    sections, latex = [f"# {_TITLE}\n\n{_NOTE}\n"], ["% Needs \\usepackage{booktabs,graphicx}\n"]
    for number, ranking in enumerate(rankings, start=1):
        title = ranking.title[0].upper() + ranking.title[1:]
        grid, told = _grid(ranking), _test(ranking)
        aligned = ("left",) + ("right",) * len(grid.columns)
        markdown = grid.to_markdown(disable_numparse=True, colalign=aligned)
        sections.append(f"## {title}\n\n{told}\n\n{markdown}\n\n{_left_out(ranking)}\n")
        caption = f"{_TITLE}. {title}. {told} {_NOTE}"
        latex.append(scaled_to_page(latex_table(grid, caption, label=f"tab:ranks-{number}")))
    if not rankings:
        sections.append("Too few methods have a result on enough data sets to be ranked.\n")
    write_text(paths[1], "\n".join(sections))
    write_text(paths[2], "\n".join(latex))
    return paths


def _table(ranking: Ranking) -> pd.DataFrame:
    """Return a ranking's rows of the CSV file."""
    means = ranking.mean_ranks
    return pd.DataFrame(
        {
            "ranking": ranking.title,
            "method": means.index,
            "mean_rank": means.to_numpy(),
            "p_from_best": ranking.p_values.iloc[0].to_numpy(),
            "n_datasets": ranking.ranks.shape[1],
            "friedman_statistic": ranking.statistic,
            "friedman_p": ranking.p,
            "critical_difference": ranking.critical_difference,
        }
    )


def _grid(ranking: Ranking) -> pd.DataFrame:
    """Return the formatted table: mean rank, then the rank on each data set."""
    grid = ranking.ranks.map("{:g}".format)
    alike = ranking.p_values.iloc[0] >= ALPHA
    means = ranking.mean_ranks.map("{:.2f}".format) + alike.map({True: " °", False: ""})
    grid.insert(0, "mean rank", means)
    return grid.rename_axis(index="method", columns=None)


def _test(ranking: Ranking) -> str:
    """Say what Friedman's and Nemenyi's tests are of, and what they say."""
    n_methods, n_datasets = ranking.ranks.shape
    return (
        f"{n_methods} methods on {n_datasets} data sets: Friedman's chi-squared = "
        f"{ranking.statistic:.1f}, p = {ranking.p:.2g}; two mean ranks differ by "
        f"Nemenyi's test if they are {ranking.critical_difference:.2f} apart."
    )


def _left_out(ranking: Ranking) -> str:
    """List what is not ranked."""
    listed = [
        f"- {name}: {why}"
        for names in (ranking.left_out_datasets, ranking.left_out_methods)
        for name, why in names.items()
    ]
    return "Left out:\n\n" + "\n".join(listed) if listed else "Nothing is left out."
