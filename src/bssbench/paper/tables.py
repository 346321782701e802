"""The separation table: median and interquartile range over seeds, as CSV, Markdown and LaTeX."""

from pathlib import Path

import pandas as pd

from bssbench.files import write_text
from bssbench.scores.table import read_scores, read_timings
from bssbench.statistics.summary import summarise

__all__ = ["write_separation_tables", "write_tables"]

_CAPTIONS = {
    "mcc": "MCC (mean absolute correlation, higher is better)",
    "mcc_spearman": "MCC of ranks (Spearman, higher is better)",
    "amari": "Amari distance (lower is better)",
    "si_sdr": "SI-SDR in dB (higher is better)",
    "rmse": "Aligned RMSE in standard deviations (lower is better)",
    "r2": "R² of a linear map from all estimates to the true sources (higher is better)",
    "modes_found": "Reference modes found",
    "mode_purity": "Spectral purity of the modes found",
    "eog1_correlation": "Correlation of the best component with electrode EOG1 (higher is better)",
    "eog1_ceiling": "Multiple correlation of EOG1 with all observations, the ceiling of the above",
    "eog2_correlation": "Correlation of the best component with electrode EOG2 (higher is better)",
    "eog2_ceiling": "Multiple correlation of EOG2 with all observations, the ceiling of the above",
    "beat_rate": "Fetal heart: beats a minute",
    "beat_regularity": "Fetal heart: coefficient of variation of the intervals (lower is better)",
    "beat_purity": "Fetal heart: variance that is the same in every beat (higher is better)",
}
_DECIMALS = {"si_sdr": 1, "modes_found": 0, "beat_rate": 1}
_NOTE = (
    "Median over seeds with the interquartile range in brackets; (k/n) where only k of n seeds "
    "have a value; 'failed' or 'timeout' where none has; a dash where the score does not apply; "
    "nothing where the method was not run. † not all seeds converged, by the method's own "
    "criterion. The VAEs are reconstructions of the published methods: "
    "no code of theirs is public."
)


def _cell(row: pd.Series) -> str:
    """Format one entry of the table."""
    if row["n_ok"] == 0:
        status = row["reason"].partition(":")[0]
        return "–" if status == "skipped" else status
    digits = _DECIMALS.get(row["score"], 3)
    text = f"{row['median']:.{digits}f}"
    if row["n_ok"] > 1:
        text += f" [{row['lower_quartile']:.{digits}f}, {row['upper_quartile']:.{digits}f}]"
    if row["n_ok"] < row["n_seeds"]:
        text += f" ({row['n_ok']}/{row['n_seeds']})"
    marked = pd.notna(row["n_unconverged"]) and row["n_unconverged"] > 0
    return f"{text} †" if marked else text


def _grid(summary: pd.DataFrame, score: str) -> pd.DataFrame | None:
    """Return data sets × methods of formatted entries, or None if no data set has this score."""
    rows = summary[summary["score"] == score]
    used = rows.groupby("dataset", sort=False)["n_ok"].sum()
    # A data set that failed altogether stays: its failure is a result.
    failed = rows[~rows["reason"].str.startswith("skipped") & (rows["n_ok"] == 0)]["dataset"]
    wanted = [name for name in used.index if used[name] > 0 or name in set(failed)]
    if not wanted:
        return None
    rows = rows[rows["dataset"].isin(wanted)].copy()
    rows["entry"] = rows.apply(_cell, axis=1)
    grid = rows.pivot(index="dataset", columns="method", values="entry").fillna("")
    return grid.loc[wanted, [m for m in dict.fromkeys(summary["method"]) if m in grid.columns]]


def _latex(grid: pd.DataFrame, score: str) -> str:
    """Return a booktabs table; a method is a row there, because a page is narrow."""
    frame = grid.T.copy()
    frame.columns.name = None
    frame.index.name = None
    style = frame.style.format(escape="latex")
    style = style.format_index(escape="latex", axis=0).format_index(escape="latex", axis=1)
    latex: str = style.to_latex(
        hrules=True,
        position_float="centering",
        caption=f"{_CAPTIONS[score]}. {_NOTE}",
        label=f"tab:{score.replace('_', '-')}",
        environment="table*",
    )
    # Entries with their ranges are wide: the table takes the page's width whatever the number of
    # data sets.
    latex = latex.replace(r"\begin{tabular}", r"\resizebox{\textwidth}{!}{\begin{tabular}")
    return (
        latex.replace(r"\end{tabular}", r"\end{tabular}}")
        .replace("–", "--")
        .replace("†", r"$^\dagger$")
    )


def _places(rows: pd.DataFrame, n_methods: pd.Series) -> str:
    """List data sets with their methods, each once: ``gp-equal (sobi, oracle)``.

    `n_methods` has the number of methods that were run on each data set.
    """
    places = []
    for dataset, group in rows.groupby("dataset", sort=False):
        methods = list(dict.fromkeys(group["method"]))
        named = "all methods" if len(methods) == n_methods[dataset] else ", ".join(methods)
        places.append(f"{dataset} ({named})")
    return "; ".join(places)


def write_tables(
    scores_file: Path, directory: Path, timings_file: Path | None = None
) -> list[Path]:
    """Read ``scores.csv`` and ``timings.csv`` and write every table of them into `directory`."""
    timings = read_timings(timings_file) if timings_file else None
    return write_separation_tables(read_scores(scores_file), directory, timings)


def _with_convergence(summary: pd.DataFrame, timings: pd.DataFrame | None) -> pd.DataFrame:
    """Add how many seeds of each cell did not converge; nothing where there is no criterion."""
    if timings is None:
        return summary.assign(n_unconverged=None)
    cells = timings.set_index(["dataset", "method"])
    unconverged = (cells["seeds"] - cells["converged"]).rename("n_unconverged")
    return summary.join(unconverged, on=["dataset", "method"])


def write_separation_tables(
    scores: pd.DataFrame, directory: Path, timings: pd.DataFrame | None = None
) -> list[Path]:
    """Write ``separation.csv``, ``.md`` and ``.tex``.

    Parameters
    ----------
    scores : pandas.DataFrame
        As in ``scores.csv``.
    directory : pathlib.Path
        Where the tables go.
    timings : pandas.DataFrame, optional
        As in ``timings.csv``: what did not converge is marked.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    summary = _with_convergence(summarise(scores), timings)
    grids = {
        score: grid
        for score in dict.fromkeys(summary["score"])
        if (grid := _grid(summary, score)) is not None
    }
    paths = [directory / f"separation.{suffix}" for suffix in ("csv", "md", "tex")]
    write_text(paths[0], summary.to_csv(index=False, lineterminator="\n"))
    sections = [f"## {_CAPTIONS[score]}\n\n{grid.to_markdown()}\n" for score, grid in grids.items()]
    reasons = summary.loc[summary["n_ok"] < summary["n_seeds"], ["dataset", "method", "reason"]]
    n_methods = summary.groupby("dataset")["method"].nunique()
    listed = [
        f"- {reason}: {_places(group, n_methods)}"
        for reason, group in reasons.groupby("reason", sort=False)
    ]
    sections.append("## Why values are missing\n\n" + ("\n".join(listed) or "None is.") + "\n")
    write_text(paths[1], f"# Separation\n\n{_NOTE}\n\n" + "\n".join(sections))
    header = "% Needs \\usepackage{booktabs,graphicx}\n"
    write_text(paths[2], header + "\n".join(_latex(grid, score) for score, grid in grids.items()))
    return paths
