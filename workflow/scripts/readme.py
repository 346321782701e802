"""Write into README.md what it shows of results/reference.

Tables stand between two comments, the first of which says what they show::

    <!-- begin separation score=si_sdr datasets=gp-distinct,waveforms methods=skr-vae,sobi -->
    <!-- end separation -->

and so do ``claims`` and ``moved`` (``since=DATE``), ``cores`` and ``training``, whose lengths are
named, and ``ablation`` (of results/extended), whose ``datasets`` are named in groups: ``a,b/c,d``.
``fresh`` and ``efficiency`` are of results/fresh, ``findings`` of results/sweeps.
A number in the text has its source behind it, ``.993<!-- mcc skr-vae gp-distinct -->``: score,
method (of several, with commas, the best), data set and, where it is not the median, the column of
summary.csv; after ``extended`` of results/extended. It keeps its number of decimals.
"""

import re
import sys
from functools import cache
from pathlib import Path

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import write_text
from bssbench.paper.claims_table import verdicts_grid
from bssbench.paper.report import Grid
from bssbench.paper.verdict_history import NOT_ASKED, latest, moves, moves_grid, read_history
from bssbench.scores.catalogue import SCORES
from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.findings import find
from bssbench.statistics.sweeps import read_sweep_table

README = Path("README.md")
REFERENCE, EXTENDED = Path("results/reference"), Path("results/extended")
BLOCK = re.compile(r"<!-- begin (\w+)\s(.*?)-->\n(.*?)<!-- end \1 -->", re.DOTALL)
NUMBER = r"−?(?:\d+(?:\.\d+)?|\.\d+)"
VALUE = re.compile(rf"({NUMBER})(\**<!-- (extended )?(\w+) ([\w,-]+) ([\w.-]+)(?: (\w+))? -->)")


def main() -> int:
    """Write README.md anew; return 2 if it asks for what the reference does not have."""
    try:
        write_text(README, rendered(README.read_text(), REFERENCE, EXTENDED))
    except InputError as error:
        print(f"bssbench: error: {error}", file=sys.stderr)
        return 2
    return 0


def rendered(text: str, reference: Path, extended: Path = EXTENDED) -> str:
    """Return the text with its tables and sourced numbers as the results have them."""

    def block(found: re.Match[str]) -> str:
        kind = found[1]
        try:
            options = dict(word.split("=", 1) for word in found[2].split())
            grid = _grid(kind, reference, extended, **options)
        except (LookupError, OSError, TypeError, ValueError) as error:
            raise InputError(f"README.md: table {kind!r}: {error}") from None
        begin = found[0][: found.start(3) - found.start()]
        return f"{begin}\n{_table(grid)}\n\n<!-- end {kind} -->"

    def value(found: re.Match[str]) -> str:
        number, source, further, score, methods, dataset, column = found.groups()
        folder = extended if further else reference
        values = pd.Series(
            [
                _value(folder, score, method, dataset, column or "median")
                for method in methods.split(",")
            ]
        )
        if values.isna().all():
            # Without a number the next call would find nothing to write anew.
            raise InputError(f"README.md: {score} {methods} {dataset} has no value")
        best = values.min() if SCORES[score].lower_is_better else values.max()
        return _number(best, len(number.partition(".")[2])) + source

    return VALUE.sub(value, BLOCK.sub(block, text))


def _grid(kind: str, reference: Path, extended: Path, **options: str) -> Grid:
    """Return the table of a kind; `options` stand behind it."""
    match kind:
        case "separation":
            return _separation(_summary(reference), **options)
        case "claims":
            return _claims(read_history(reference / "verdicts.csv"), **options)
        case "moved":
            return _moved(read_history(reference / "verdicts.csv"), **options)
        case "cores":
            return _cores(pd.read_csv(reference / "cores.csv"), **options)
        case "training":
            return _training(pd.read_csv(reference / "training_cost.csv"), **options)
        case "ablation":
            return _ablation(pd.read_csv(extended / "tables" / "ablation.csv"), **options)
        case "fresh":
            return _fresh(pd.read_csv(reference.with_name("fresh") / "verdicts.csv"), **options)
        case "efficiency":
            table = pd.read_csv(reference.with_name("fresh") / "efficiency.csv")
            return _efficiency(table, **options)
        case "findings":
            return _findings(reference.with_name("sweeps") / "tables", **options)
    raise InputError(f"README.md: unknown table {kind!r}")


@cache
def _summary(folder: Path) -> pd.DataFrame:
    """Return a folder's statistics of scores by score, method and data set."""
    path = folder / "statistics" / "summary.csv"
    if not path.is_file():
        raise InputError(f"README.md: {path} is missing; make it, or quote nothing of it")
    summary = pd.read_csv(path)
    return summary.set_index(["score", "method", "dataset"]).sort_index()


def _value(folder: Path, score: str, method: str, dataset: str, column: str) -> float:
    try:
        return float(_summary(folder).loc[(score, method, dataset), column])
    except KeyError:
        source = f"{score} {method} {dataset} {column}"
        raise InputError(f"README.md: {folder} has no {source}") from None


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


def _claims(history: pd.DataFrame) -> Grid:
    """Return the newest verdicts."""
    return verdicts_grid(latest(history).drop(columns=["commit", "date", "reason"]))


def _moved(history: pd.DataFrame, since: str = "") -> Grid:
    """Return what moved since a date; what was asked anew, or no longer, stands in verdicts.md."""
    moved = moves(history)
    same = (moved["before"] != "") & (moved["now"] != NOT_ASKED)
    return moves_grid(moved[same & (moved["date"] >= since)])


def _cores(cores: pd.DataFrame, names: str, lengths: str) -> Grid:
    """Return milliseconds by core and length: learned, and in brackets with what can be kept.

    In double precision where that was measured.
    """
    measured = cores[
        (cores["replicates"] == 1)
        & (cores["latents"] == 3)
        & (cores["pass"] == "forward+backward")
        & cores["core"].isin(names.split(","))
    ].sort_values("dtype", ascending=False)
    keys = ["core", "length", "parameters", "dtype"]
    medians = measured.groupby(keys, sort=False)["seconds"].median().mul(1e3).dropna()
    medians = medians.groupby(keys[:3], sort=False).first()
    rows = []
    for core in names.split(","):
        row = {"core": f"`{core}`"}
        for length in map(int, lengths.split(",")):
            learned, kept = (
                medians.get((core, length, parameters)) for parameters in ("learned", "fixed")
            )
            shown = (
                "–" if learned is None else f"{learned:,.2g}" if learned < 10 else f"{learned:,.0f}"
            )
            row[f"{length:,}"] = shown + ("" if kept is None else f" ({kept:.2g})")
        rows.append(row)
    return Grid(pd.DataFrame(rows))


def _training(costs: pd.DataFrame, lengths: str) -> Grid:
    """Return seconds to 15 dB, and of the whole training, by method and length."""
    costs = costs[costs["sources"] == 3]
    keys = ["method", "length_scales", "length"]
    columns = ["seconds_to_decibels", "seconds_of_training"]
    medians = costs.groupby(keys, sort=False)[columns].median()
    rows = []
    for method, scales in dict.fromkeys(medians.index.droplevel("length")):
        row = {"method": f"`{method}`", "length-scales": scales}
        for length in map(int, lengths.split(",")):
            found = medians.reindex([(method, scales, length)]).iloc[0]
            row[f"{length:,}"] = "" if found.isna().any() else ", ".join(f"{x:.2g}" for x in found)
        rows.append(row)
    return Grid(pd.DataFrame(rows), text_columns=2)


def _ablation(comparison: pd.DataFrame, datasets: str) -> Grid:
    """Return, by addition and method, the least mean difference in dB of each group of data sets.

    Nothing where the method does not have that addition.
    """
    rows = comparison[(comparison["score"] == "si_sdr") & comparison["without"].notna()]
    groups = []
    for names in datasets.split("/"):
        own = rows[rows["dataset"].isin(names.split(","))]
        if len(set(names.split(","))) != own["dataset"].nunique():
            raise InputError(f"README.md: results/extended takes nothing away on all of {names}")
        least = own.groupby(["without", "method"], sort=False)["mean_difference"].min()
        groups.append(
            least.map(lambda value: _number(round(value, 1) + 0.0, 1)).unstack("method").fillna("")
        )
    entries = groups[0]
    for group in groups[1:]:
        entries = entries.where(entries == "", entries + ", " + group)
    order, methods = dict.fromkeys(rows["without"]), dict.fromkeys(rows["method"])
    last = [name for name in order if name != "everything"] + ["everything"]
    return Grid(entries.loc[last, [*methods]].rename_axis("without").reset_index())


def _fresh(verdicts: pd.DataFrame) -> Grid:
    """Return the verdicts that fresh seeds change."""
    changed = verdicts[verdicts["changed"]].drop(columns=["changed", "parts", "parts_changed"])
    return Grid(changed.rename(columns={"recorded": "record", "fresh": "fresh seeds"}))


def _efficiency(table: pd.DataFrame, datasets: str, methods: str) -> Grid:
    """Return how far below the bound each method is, in dB, by data set; bounds in dB before."""
    rows, columns = datasets.split(","), methods.split(",")
    found = table.set_index(["dataset", "method"])
    bounds = found["bound"].groupby("dataset").first()[rows]
    attained = found["within_reach"].groupby("dataset").first()[rows]
    entries = found["efficiency"].unstack("method").loc[rows, columns]
    entries = entries.map(lambda value: _number(round(value, 1) + 0.0, 1))
    shown = [
        _number(bound, 1) if within else f"({_number(bound, 1)})"
        for bound, within in zip(bounds, attained, strict=True)
    ]
    entries.insert(0, "bound", shown)
    return Grid(entries.rename_axis("data set").reset_index())


def _findings(tables: Path, sweeps: str) -> Grid:
    """Return what is seen in each sweep, in one sentence."""
    rows = []
    for name in sweeps.split(","):
        table = read_sweep_table(tables / f"{name}.csv")
        question, seen = table["question"].iloc[0], find(table).lead
        rows.append({"sweep": name, "question": question, "what is seen": seen})
    return Grid(pd.DataFrame(rows), text_columns=3)


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
