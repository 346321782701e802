"""The table of efficiency: methods against the Cramér-Rao bound, on data sets of linear mixing."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.paper.separation_tables import grouped
from bssbench.statistics.controls import CONTROLS

__all__ = ["efficiency_report"]

_NOTE = (
    "Separation: signal over mean power of interference, over seeds, in dB. Bound: the separation "
    "at the mean Cramér-Rao bound, in brackets where no method can attain it because it leaves "
    "noise out. Efficiency: mean bound over mean interference in dB, with its 95 % bootstrap "
    "interval (BCa, 10,000 resamples of pairs); 0 is the best that is possible. It is not given "
    "where the bound is 0 dB or less, so that no method can separate, or 60 dB, so that only "
    "rounding is left. Powers are averaged, not decibels. (k/n): only k of n seeds have a value; "
    "the status if none has. Bold: the best of a data set among the methods with the fewest "
    "missing seeds. Controls, in italics, are excluded."
)
_BOUND = "bound"
_MINUS = "−"
# As many columns with intervals as fit across a page in 7-point type.
_ACROSS = 5


def efficiency_report(table: pd.DataFrame) -> Report:
    """Return the table, from `bssbench.statistics.efficiency.summarise_efficiency`."""
    known = table[["separation", "bound"]].notna().any(axis=1)
    linear = set(table.loc[known, "dataset"])
    rows = table[table["dataset"].isin(linear)]
    rows = rows.assign(
        **{f"best_{quantity}": _best(rows, quantity) for quantity in ("separation", "efficiency")}
    )
    reasons = Section("Why values are missing", remarks=_reasons(table))
    return Report("efficiency", "Efficiency", _NOTE, table, (*_sections(rows), reasons))


def _best(rows: pd.DataFrame, quantity: str) -> list[bool]:
    """Return which rows are the best of their data set among those with fewest missing seeds."""
    missing = rows["n_seeds"] - rows["n_ok"]
    judged = rows[~rows["method"].isin(CONTROLS) & rows[quantity].notna()]
    best = set()
    for _, own in judged.groupby("dataset", sort=False):
        least = missing[own.index]
        best.add(own.loc[least == least.min(), quantity].idxmax())
    return [index in best for index in rows.index]


def _sections(rows: pd.DataFrame) -> Iterator[Section]:
    """Yield a grid of separation and of efficiency for each group of data sets."""
    bounds = rows.drop_duplicates("dataset")
    separation = rows.assign(entry=[_entry(row, "separation") for row in rows.to_dict("records")])
    of_bound = [_bound(row) for row in bounds.to_dict("records")]
    separation = pd.concat([separation, bounds.assign(method=_BOUND, entry=of_bound)])
    efficient = rows[rows.groupby("dataset")["efficiency"].transform("count") > 0]
    # The oracle knows the sources; the bound applies to methods that do not.
    efficient = efficient[~efficient["method"].isin(CONTROLS)]
    efficient = efficient.assign(
        entry=[_entry(row, "efficiency") for row in efficient.to_dict("records")]
    )
    for number, (title, names) in enumerate(grouped(dict.fromkeys(rows["dataset"])).items(), 1):
        grids = []
        for kind, entries in (("separation", separation), ("efficiency", efficient)):
            own = entries[entries["dataset"].isin(names)]
            shown = list(dict.fromkeys(own["dataset"]))
            for first in range(0, len(shown), _ACROSS):
                part = shown[first : first + _ACROSS]
                label = f"{kind}-{number}-{first // _ACROSS + 1}"
                caption = f"{kind.capitalize()}, dB"
                grids.append(_grid(own[own["dataset"].isin(part)], part, caption, label))
        yield Section(title, grids=tuple(grids))


def _grid(rows: pd.DataFrame, datasets: list[str], caption: str, label: str) -> Grid:
    methods = list(dict.fromkeys(rows["method"]))
    methods.sort(key=lambda method: (method == _BOUND) + 2 * (method in CONTROLS))
    entries = rows.pivot(index="method", columns="dataset", values="entry")
    entries = entries.reindex(index=methods, columns=datasets).fillna("")
    entries = entries.rename_axis("method", axis=0).rename_axis(None, axis=1).reset_index()
    return Grid(entries, caption, label, italic_rows=(_BOUND, *CONTROLS))


def _entry(row: Mapping[Any, Any], quantity: str) -> str:
    """Format a method's value on a data set."""
    value = row[quantity]
    if pd.isna(value):
        status = str(row["reason"]).partition(":")[0]
        return "–" if row["n_ok"] or status == "skipped" else status
    text = _number(value)
    if row[f"best_{quantity}"]:
        text = f"**{text}**"
    if quantity == "efficiency" and pd.notna(row["efficiency_low"]):
        text += f" [{_number(row['efficiency_low'])}, {_number(row['efficiency_high'])}]"
    return text if row["n_ok"] == row["n_seeds"] else f"{text} ({row['n_ok']}/{row['n_seeds']})"


def _bound(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["bound"]):
        return "–"
    return _number(row["bound"]) if row["within_reach"] else f"({_number(row['bound'])})"


def _number(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}".replace("-", _MINUS)


def _reasons(table: pd.DataFrame) -> str:
    """List why data sets have no bound, and why methods have no value."""
    lines = []
    without = table[(table["bound_reason"] != "") & table["bound"].isna()]
    for reason, own in without.groupby("bound_reason", sort=False):
        lines.append(f"- no bound: {reason}: {', '.join(dict.fromkeys(own['dataset']))}")
    for reason, own in table[table["reason"] != ""].groupby("reason", sort=False):
        places = [
            f"{dataset} ({', '.join(some['method'])})"
            for dataset, some in own.groupby("dataset", sort=False)
        ]
        lines.append(f"- {reason}: {'; '.join(places)}")
    return "\n".join(lines) or "No value is missing."
