"""The table of choices between configurations: each candidate against the default, by data set."""

from pathlib import Path

import pandas as pd

from bssbench.files import write_text
from bssbench.paper.latex import latex_table, scaled_to_page
from bssbench.statistics.selection import compare_candidates

__all__ = ["write_selection_tables"]

_CAPTION = "Choices by the objective on held-out time"
_NOTE = (
    "Each model is trained on the first four fifths of the time, and its objective, in nats per "
    "time point, taken on the last fifth; lower is better, and true sources play no part. The "
    "first row of a choice is its default and shows the median objective over development seeds; "
    "the others show the median over seeds of the difference from the default, and how many seeds "
    "are better. Chosen is the candidate that is better in the median on the most data sets, if "
    "these are more than half of them and it gains more there than it loses elsewhere, else the "
    "default."
)


def _label(parameters: str, common: set[str]) -> str:
    """Return what a candidate's parameters have beside those that all candidates share."""
    return " ".join(word for word in parameters.split() if word not in common) or "default"


def _cell(row: pd.Series, default: str) -> str:
    if row["n_ok"] == 0:
        return "–"
    if row["parameters"] == default:
        return f"{row['median']:.3f}"
    return f"{row['median_difference']:+.3f} ({row['n_better']}/{row['n_seeds']})"


def _grid(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one choice's candidates × data sets of formatted entries."""
    candidates = list(dict.fromkeys(rows["parameters"]))
    common = set.intersection(*(set(words.split()) for words in candidates))
    entries = rows.assign(entry=rows.apply(_cell, axis=1, default=candidates[0]))
    grid = entries.pivot(index="parameters", columns="dataset", values="entry")
    grid = grid.loc[candidates, list(dict.fromkeys(rows["dataset"]))].fillna("")
    chosen = rows.groupby("parameters")["chosen"].any()
    grid.insert(0, "candidate", [_label(words, common) for words in candidates])
    grid["chosen"] = ["chosen" if chosen[words] else "" for words in candidates]
    return grid


def _missing(rows: pd.DataFrame) -> str:
    """List why objectives are missing."""
    incomplete = rows[rows["n_ok"] < rows["n_seeds"]]
    return "\n".join(
        f"- {row.method} ({row.parameters}) on {row.dataset}, {row.n_ok} of {row.n_seeds} seeds: "
        f"{row.reason}"
        for row in incomplete.itertuples()
    )


def _latex(title: str, grid: pd.DataFrame) -> str:
    return scaled_to_page(
        latex_table(grid, f"{_CAPTION}: {title}. {_NOTE}", index=False, text_columns=1)
    )


def write_selection_tables(held_out: pd.DataFrame, directory: Path) -> list[Path]:
    """Write ``selection.csv``, ``.md`` and ``.tex``.

    Parameters
    ----------
    held_out : pandas.DataFrame
        As in the run's own ``selection.csv``, a line for each seed.
    directory : pathlib.Path
        Where the tables go.

    Returns
    -------
    list of pathlib.Path
        The files written.
    """
    compared = compare_candidates(held_out)
    paths = [directory / f"selection.{suffix}" for suffix in ("csv", "md", "tex")]
    write_text(paths[0], compared.to_csv(index=False, lineterminator="\n"))
    sections, latex = [f"# {_CAPTION}\n\n{_NOTE}\n"], ["% Needs \\usepackage{booktabs,graphicx}\n"]
    for (choice, method), rows in compared.groupby(["choice", "method"], sort=False):
        title, grid = f"{choice} ({method})", _grid(rows)
        sections.append(f"## {title}\n\n{grid.to_markdown(index=False, disable_numparse=True)}\n")
        latex.append(_latex(title, grid))
    sections.append(f"## Why values are missing\n\n{_missing(compared) or 'None is.'}\n")
    write_text(paths[1], "\n".join(sections))
    write_text(paths[2], "\n".join(latex))
    return paths
