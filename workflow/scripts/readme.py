"""Write into README.md what it shows of results/reference.

Tables stand between two comments, the first of which says what they show::

    <!-- begin separation score=si_sdr datasets=gp-distinct,waveforms methods=skr-vae,sobi -->
    <!-- end separation -->

and so do ``claims`` and ``moved`` (``since=DATE``). A number in the text has its source behind it,
``.993<!-- mcc skr-vae gp-distinct -->``: score, method (of several, with commas, the best), data
set and, where it is not the median, the column of summary.csv. It keeps its number of decimals.
"""

import re
import sys
from pathlib import Path

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import write_text
from bssbench.paper.claims_table import verdicts_grid
from bssbench.paper.report import Grid
from bssbench.paper.verdict_history import latest, moves, moves_grid, read_history
from bssbench.scores.catalogue import SCORES
from bssbench.statistics.controls import CONTROLS

README = Path("README.md")
REFERENCE = Path("results/reference")
BLOCK = re.compile(r"<!-- begin (\w+)\s(.*?)-->\n(.*?)<!-- end \1 -->", re.DOTALL)
NUMBER = r"−?(?:\d+(?:\.\d+)?|\.\d+)"
VALUE = re.compile(rf"({NUMBER})(\**<!-- (\w+) ([\w,-]+) ([\w.-]+)(?: (\w+))? -->)")


def main() -> int:
    """Write README.md anew; return 2 if it asks for what the reference does not have."""
    try:
        write_text(README, rendered(README.read_text(), REFERENCE))
    except InputError as error:
        print(f"bssbench: error: {error}", file=sys.stderr)
        return 2
    return 0


def rendered(text: str, reference: Path) -> str:
    """Return the text with its tables and sourced numbers as the reference has them."""
    summary = pd.read_csv(reference / "statistics" / "summary.csv")
    summary = summary.set_index(["score", "method", "dataset"]).sort_index()
    history = read_history(reference / "verdicts.csv")

    def block(found: re.Match[str]) -> str:
        kind, options = found[1], dict(word.split("=", 1) for word in found[2].split())
        match kind:
            case "separation":
                grid = _separation(summary, **options)
            case "claims":
                grid = verdicts_grid(latest(history).drop(columns=["commit", "date", "reason"]))
            case "moved":
                moved = moves(history)
                grid = moves_grid(moved[moved["date"] >= options.get("since", "")])
            case _:
                raise InputError(f"README.md: unknown table {kind!r}")
        begin = found[0][: found.start(3) - found.start()]
        return f"{begin}\n{_table(grid)}\n\n<!-- end {kind} -->"

    def value(found: re.Match[str]) -> str:
        number, source, score, methods, dataset, column = found.groups()
        values = pd.Series(
            [
                _value(summary, score, method, dataset, column or "median")
                for method in methods.split(",")
            ]
        )
        best = values.min() if SCORES[score].lower_is_better else values.max()
        return _number(best, len(number.partition(".")[2])) + source

    return VALUE.sub(value, BLOCK.sub(block, text))


def _value(summary: pd.DataFrame, score: str, method: str, dataset: str, column: str) -> float:
    try:
        return float(summary.loc[(score, method, dataset), column])
    except KeyError:
        source = f"{score} {method} {dataset} {column}"
        raise InputError(f"README.md: results/reference has no {source}") from None


def _separation(summary: pd.DataFrame, score: str, datasets: str, methods: str) -> Grid:
    """Return medians by data set and method: bold the best but for the controls."""
    rows, columns = datasets.split(","), methods.split(",")
    for level, names in (("dataset", rows), ("method", columns)):
        if unknown := {*names} - {*summary.index.unique(level)}:
            raise InputError(f"README.md: results/reference has no {level} {unknown.pop()!r}")
    medians = summary.loc[score, "median"].unstack("method").reindex(rows)[columns]
    shown = medians.drop(columns=[*CONTROLS], errors="ignore")
    best = shown.min(axis=1) if SCORES[score].lower_is_better else shown.max(axis=1)
    entries = medians.map(lambda median: _number(median, SCORES[score].decimals))
    bold = shown.reindex(columns=columns).eq(best, axis=0)
    entries = entries.mask(bold, "**" + entries + "**")
    return Grid(entries.rename_axis("data set").reset_index())


def _number(value: float, decimals: int) -> str:
    """Format a value as tables do; nothing where there is none."""
    if pd.isna(value):
        return ""
    text = f"{value:.{decimals}f}".replace("-", "−")
    return re.sub(r"^(−?)0\.", r"\1.", text)


def _table(grid: Grid) -> str:
    """Return a table whose cells are as wide as what is in them."""
    columns = list(grid.entries.columns)
    rule = [":--"] * grid.text_columns + ["--:"] * (len(columns) - grid.text_columns)
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, rule, *grid.rows()))


if __name__ == "__main__":
    sys.exit(main())
