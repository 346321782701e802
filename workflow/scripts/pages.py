"""Write the recorded results into README.md and the pages of docs/.

A table stands between two comments. The first names the kind of table and its options::

    <!-- begin separation score=si_sdr datasets=gp-distinct,waveforms methods=skr-vae,sobi -->
    <!-- end separation -->

The kinds and the folder of ``results`` that each one shows:

``separation``
    ``reference``, or another folder (``results=extended``). Medians by data set and method.
``verdicts``, ``claims``, ``moved``
    ``reference``. Verdicts by question, verdicts by claim, and verdicts that changed
    (``since=DATE``).
``cores``, ``training``
    ``reference``. Costs for the ``lengths`` that are named.
``ablation``
    ``extended``. Groups of ``datasets`` are separated by slashes: ``a,b/c,d``.
``fresh``, ``efficiency``
    ``fresh``.
``findings``
    ``sweeps``.

Every kind accepts ``titles=COLUMN:TITLE,…``, which renames columns; an underscore is a space.

A number in the text is followed by its source, ``0.993<!-- mcc skr-vae gp-distinct -->``: the
score, the method (the best of several that are separated by commas), the data set and, unless it is
the median, the column of summary.csv. ``extended`` before the score reads results/extended. The
number keeps its decimals.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd

from bssbench.errors import InputError
from bssbench.files import write_text
from bssbench.paper.claims_table import READINGS, verdicts_grid
from bssbench.paper.report import Grid
from bssbench.paper.verdict_history import NOT_ASKED, latest, moves, moves_grid, read_history
from bssbench.scores.catalogue import SCORES
from bssbench.statistics.claims_file import read_claims
from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.findings import find
from bssbench.statistics.sweeps import read_sweep_table

BLOCK = re.compile(r"<!-- begin (\w+)\s(.*?)-->\n(.*?)<!-- end \1 -->", re.DOTALL)
NUMBER = r"−?(?:\d+(?:\.\d+)?|\.\d+)"
VALUE = re.compile(rf"({NUMBER})(\**<!-- (extended )?(\w+) ([\w,-]+) ([\w.-]+)(?: (\w+))? -->)")
# Sphinx and sphinx-gallery write into these folders of docs/.
GENERATED = {"_build", "auto_tutorials"}
# In the order in which they are listed.
VERDICTS = ("supported", "depends", "refuted", "undecided", "not run")


def main() -> int:
    """Update all pages; return 2 if one of them asks for what the results do not have."""
    root = Path()
    try:
        texts = {page: rendered(page.read_text(), str(page), root) for page in pages(root)}
    except InputError as error:
        print(f"bssbench: error: {error}", file=sys.stderr)
        return 2
    for page, text in texts.items():
        write_text(page, text)
    return 0


def pages(root: Path) -> Iterator[Path]:
    """Yield README.md and every page of the documentation that is written by hand."""
    yield root / "README.md"
    for page in sorted((root / "docs").rglob("*.md")):
        if GENERATED.isdisjoint(page.relative_to(root).parts):
            yield page


def rendered(text: str, page: str, root: Path) -> str:
    """Return the text of a page with its tables and numbers as the results below `root` are."""
    results = root / "results"

    def block(found: re.Match[str]) -> str:
        kind = found[1]
        try:
            options = dict(word.split("=", 1) for word in found[2].split())
            titles = options.pop("titles", "")
            grid = _renamed(_grid(kind, root, **options), titles)
        except (LookupError, OSError, TypeError, ValueError) as error:
            raise InputError(f"table {kind!r}: {error}") from None
        begin = found[0][: found.start(3) - found.start()]
        return f"{begin}\n{_table(grid)}\n\n<!-- end {kind} -->"

    def value(found: re.Match[str]) -> str:
        number, source, extended, score, methods, dataset, column = found.groups()
        summary = _summary(results / ("extended" if extended else "reference"))
        values = pd.Series(
            [
                _value(summary, score, method, dataset, column or "median")
                for method in methods.split(",")
            ]
        )
        if values.isna().all():
            # Without a number, the next call would not find the source.
            raise InputError(f"{score} {methods} {dataset} has no value")
        best = values.min() if SCORES[score].lower_is_better else values.max()
        return _number(best, len(number.partition(".")[2])) + source

    try:
        return VALUE.sub(value, BLOCK.sub(block, text))
    except InputError as error:
        raise InputError(f"{page}: {error}") from None


def _grid(kind: str, root: Path, **options: str) -> Grid:
    """Return the table of a kind with its options."""
    results = root / "results"
    reference, fresh = results / "reference", results / "fresh"
    match kind:
        case "separation":
            return _separation(results, **options)
        case "verdicts":
            history = read_history(reference / "verdicts.csv")
            return _verdicts(history, root / "config" / "claims.yaml", **options)
        case "claims":
            return _claims(read_history(reference / "verdicts.csv"), **options)
        case "moved":
            return _moved(read_history(reference / "verdicts.csv"), **options)
        case "cores":
            return _cores(pd.read_csv(reference / "cores.csv"), **options)
        case "training":
            return _training(pd.read_csv(reference / "training_cost.csv"), **options)
        case "ablation":
            table = pd.read_csv(results / "extended" / "tables" / "ablation.csv")
            return _ablation(table, **options)
        case "fresh":
            return _fresh(pd.read_csv(fresh / "verdicts.csv"), **options)
        case "efficiency":
            return _efficiency(pd.read_csv(fresh / "efficiency.csv"), **options)
        case "findings":
            return _findings(results / "sweeps" / "tables", **options)
    raise InputError(f"unknown table {kind!r}")


def _renamed(grid: Grid, titles: str) -> Grid:
    """Return the table with columns renamed by ``COLUMN:TITLE,…``."""
    pairs = [pair.replace("_", " ").split(":", 1) for pair in titles.split(",") if pair]
    names = dict(pairs)
    if unknown := {*names} - {*grid.entries.columns}:
        raise ValueError(f"there is no column {unknown.pop()!r} to rename")
    return replace(grid, entries=grid.entries.rename(columns=names))


@cache
def _summary(folder: Path) -> pd.DataFrame:
    """Return a folder's statistics of scores by score, method and data set."""
    path = folder / "statistics" / "summary.csv"
    if not path.is_file():
        raise InputError(f"{path} is missing; make it, or quote nothing from it")
    summary = pd.read_csv(path)
    return summary.set_index(["score", "method", "dataset"]).sort_index()


def _value(summary: pd.DataFrame, score: str, method: str, dataset: str, column: str) -> float:
    try:
        return float(summary.loc[(score, method, dataset), column])
    except KeyError:
        source = f"{score} {method} {dataset} {column}"
        raise InputError(f"the results have no {source}") from None


def _separation(
    root: Path, score: str, datasets: str, methods: str, results: str = "reference"
) -> Grid:
    """Return medians by data set and method; the best, without the controls, is bold."""
    summary = _summary(root / results)
    rows, columns = datasets.split(","), methods.split(",")
    for level, names in (("dataset", rows), ("method", columns)):
        if unknown := {*names} - {*summary.index.unique(level)}:
            raise ValueError(f"results/{results} has no {level} {unknown.pop()!r}")
    medians = summary.loc[score, "median"].unstack("method").reindex(rows)[columns]
    shown = medians.drop(columns=[*CONTROLS], errors="ignore")
    best = shown.min(axis=1) if SCORES[score].lower_is_better else shown.max(axis=1)
    entries = medians.map(lambda median: _number(median, SCORES[score].decimals))
    bold = shown.reindex(columns=columns).eq(best, axis=0)
    entries = entries.mask(bold, "**" + entries + "**")
    return Grid(entries.rename_axis("data set").reset_index())


def _verdicts(history: pd.DataFrame, claims: Path) -> Grid:
    """Return each question of the claims file with the newest verdicts on its claims.

    A claim that has one reading counts as improved.
    """
    newest = latest(history)
    rows = []
    for name, question in read_claims(claims).questions.items():
        own = newest[newest["claim"].str.startswith(name)]
        row = {"question": f"{name}: {question}"}
        for reading, heading in READINGS.items():
            groups = {
                verdict: ", ".join(own.loc[own[reading] == verdict, "claim"])
                for verdict in VERDICTS
            }
            listed = [f"{verdict}: {names}" for verdict, names in groups.items() if names]
            row[heading] = "; ".join(listed) or "–"
        rows.append(row)
    return Grid(pd.DataFrame(rows), text_columns=3)


def _claims(history: pd.DataFrame, question: str = "") -> Grid:
    """Return the newest verdicts, of all claims or of those that answer a question."""
    newest = latest(history).drop(columns=["commit", "date", "reason"])
    chosen = newest[newest["claim"].str.startswith(question)]
    if chosen.empty:
        raise ValueError(f"no claim answers {question!r}")
    return verdicts_grid(chosen)


def _moved(history: pd.DataFrame, since: str = "") -> Grid:
    """Return verdicts that changed since a date; new and withdrawn claims are in verdicts.md."""
    moved = moves(history)
    same = (moved["before"] != "") & (moved["now"] != NOT_ASKED)
    return moves_grid(moved[same & (moved["date"] >= since)])


def _cores(cores: pd.DataFrame, names: str, lengths: str) -> Grid:
    """Return milliseconds by core and length: learned, and in brackets fixed, with cached factors.

    They are in double precision where that was measured.
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
    """Return seconds to 15 dB, and for the whole training, by method and length."""
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

    A cell is empty where the method does not have the addition.
    """
    rows = comparison[(comparison["score"] == "si_sdr") & comparison["without"].notna()]
    groups = []
    for names in datasets.split("/"):
        own = rows[rows["dataset"].isin(names.split(","))]
        if len(set(names.split(","))) != own["dataset"].nunique():
            raise ValueError(f"results/extended has no ablation on all of {names}")
        least = own.groupby(["without", "method"], sort=False)["mean_difference"].min()
        groups.append(least.map(lambda value: _number(value, 1)).unstack("method").fillna(""))
    entries = groups[0]
    for group in groups[1:]:
        entries = entries.where(entries == "", entries + ", " + group)
    order, methods = dict.fromkeys(rows["without"]), dict.fromkeys(rows["method"])
    last = [name for name in order if name != "everything"] + ["everything"]
    return Grid(entries.loc[last, [*methods]].rename_axis("without").reset_index())


def _fresh(verdicts: pd.DataFrame) -> Grid:
    """Return the verdicts that change on fresh seeds."""
    changed = verdicts[verdicts["changed"]].drop(columns=["changed", "parts", "parts_changed"])
    changed["reading"] = changed["reading"].map(READINGS)
    names = {"recorded": "record", "fresh": "fresh seeds"}
    return Grid(changed.rename(columns=names), text_columns=5)


def _efficiency(table: pd.DataFrame, datasets: str, methods: str) -> Grid:
    """Return the bound and each method's efficiency, in dB, by data set.

    A bound that cannot be attained is in brackets.
    """
    rows, columns = datasets.split(","), methods.split(",")
    found = table.set_index(["dataset", "method"])
    bounds = found["bound"].groupby("dataset").first()[rows]
    attained = found["within_reach"].groupby("dataset").first()[rows]
    entries = found["efficiency"].unstack("method").loc[rows, columns]
    entries = entries.map(lambda value: _number(value, 1))
    shown = [
        _number(bound, 1) if within else f"({_number(bound, 1)})"
        for bound, within in zip(bounds, attained, strict=True)
    ]
    entries.insert(0, "bound", shown)
    return Grid(entries.rename_axis("data set").reset_index())


def _findings(tables: Path, sweeps: str) -> Grid:
    """Return the question and the main finding of each sweep."""
    rows = []
    for name in sweeps.split(","):
        table = read_sweep_table(tables / f"{name}.csv")
        question, seen = table["question"].iloc[0], find(table).lead
        rows.append({"sweep": name, "question": question, "finding": seen})
    return Grid(pd.DataFrame(rows), text_columns=3)


def _number(value: float, decimals: int) -> str:
    """Format a value with a true minus sign; empty where there is none."""
    if pd.isna(value):
        return ""
    text = f"{value:.{decimals}f}"
    # What rounds to zero has no sign.
    return text.replace("-", "−" if float(text) else "")


def _table(grid: Grid) -> str:
    """Return a Markdown table whose cells are not padded."""
    columns = list(grid.entries.columns)
    rule = [":--"] * grid.text_columns + ["--:"] * (len(columns) - grid.text_columns)
    return "\n".join(f"| {' | '.join(row)} |" for row in (columns, rule, *grid.rows()))


if __name__ == "__main__":
    sys.exit(main())
