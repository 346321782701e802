"""The table of a sweep: the result of each method at each point, and the findings."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from bssbench.paper.report import Grid, Report, Section
from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.findings import NEAR, SEPARATED, Findings, find
from bssbench.statistics.sweeps import Sweep, axes_of, axis_name, text_of

__all__ = ["findings_grids", "sweep_report"]

_NOTE = (
    "For each method at each point: separation, signal over mean power of interference over seeds, "
    "in dB; the bound, the separation at the mean Cramér-Rao bound, in brackets where no method "
    "can attain it; efficiency, mean bound over mean interference in dB, where 0 is the best that "
    "is possible; mean SI-SDR in dB; CPU seconds of solving for one seed. In square brackets: 95 % "
    "bootstrap intervals over seeds (BCa, 10,000 resamples). (k/n): only k of n seeds have a "
    "value; 'none': none has; empty: the method was not run. A bound below 0 dB means that no "
    "method can separate, one of 60 dB that only rounding is left; neither has an efficiency. The "
    "CSV file has all numbers."
)
_TITLES = {
    "efficiency": "Efficiency, dB",
    "separation": "Separation, dB",
    "si_sdr": "SI-SDR, dB",
    "seconds": "CPU seconds of a seed",
}
_FOUND = (
    f"Near: within {NEAR:g} dB, with a value for every seed. Separated: {SEPARATED:g} dB or more. "
    "Points at which the bound rules out separation count against no method. Where no bound can be "
    "attained, or where only rounding is left, methods are compared with the best method there."
)
_BOUND = "bound"


def sweep_report(sweep: Sweep, table: pd.DataFrame) -> Report:
    """Return the table of a sweep, from `bssbench.statistics.sweeps.sweep_table`."""
    findings = find(table)
    seen = Section("Findings", _FOUND, tuple(findings_grids(findings)))
    sections = [
        Section(_TITLES[quantity], grids=(_grid(sweep, table, quantity),))
        for quantity in sweep.figure.show
    ]
    missing = Section("Why values are missing", remarks=_reasons(table))
    preface = (sweep.question, " ".join([findings.lead, *findings.trends]))
    title = f"Sweep {sweep.name}"
    # The table is committed; more decimals of decibels carry no information.
    data = table.round(4)
    return Report(sweep.name, title, _NOTE, data, (seen, *sections, missing), preface)


def findings_grids(findings: Findings) -> Iterator[Grid]:
    """Yield the results of each method over the points and along the axes."""
    judged = findings.methods
    entries = pd.DataFrame({"method": judged["method"], "points": judged["n_points"].map(str)})
    if judged["n_bounded"].any():
        entries["near the bound"] = _shares(judged, "n_near_bound", "n_bounded")
        entries["median efficiency, dB"] = judged["median_efficiency"].map(_number)
    if judged["n_open"].any():
        entries["near the best"] = _shares(judged, "n_near_best", "n_open")
        entries["separated"] = _shares(judged, "n_separated", "n_open")
    entries["worst, dB"] = judged["worst"].map(_number)
    entries["where"] = judged["where"].replace("", "–")
    entries["with failures"] = judged["n_failed"].map(str)
    yield Grid(entries, "Distance from the limit", "near", italic_rows=CONTROLS)
    ends = findings.ends
    if ends.empty:
        return
    along = ends.assign(
        entry=[
            f"{_number(a)} → {_number(b)}" for a, b in zip(ends["from"], ends["to"], strict=True)
        ],
        column=[
            f"{axis_name(axis)} {text_of(first)} → {text_of(last)}"
            for axis, first, last in zip(ends["axis"], ends["first"], ends["last"], strict=True)
        ],
    )
    across = along.pivot(index="method", columns="column", values="entry")
    across = across.reindex(
        index=[method for method in judged["method"] if method in across.index],
        columns=list(dict.fromkeys(along["column"])),
    ).fillna("–")
    caption = (
        "Mean separation, dB, at both ends of each axis, over the values of the other axes with a "
        "result at both ends"
    )
    yield Grid(across.rename_axis("method").reset_index(), caption, "ends", italic_rows=CONTROLS)


def _shares(judged: pd.DataFrame, count: str, of: str) -> list[str]:
    pairs = zip(judged[count], judged[of], strict=True)
    return [f"{some}/{all_}" if all_ else "–" for some, all_ in pairs]


def _number(value: float) -> str:
    return "–" if pd.isna(value) else f"{round(value, 1) + 0.0:.1f}".replace("-", "−")


def _grid(sweep: Sweep, table: pd.DataFrame, quantity: str) -> Grid:
    """Return one quantity: the horizontal axis of the figure across, all else down."""
    x = sweep.figure.x
    others = [axis for axis in sweep.axes if axis != x]
    entries = table.assign(entry=[_entry(row, quantity) for row in table.to_dict("records")])
    if quantity == "separation":
        bounds = table.drop_duplicates(list(sweep.axes))
        shown = [_bound(row) for row in bounds.to_dict("records")]
        entries = pd.concat([entries, bounds.assign(method=_BOUND, entry=shown)])
    wide = entries.pivot(index=[*others, "method"], columns=x, values="entry")
    # pivot sorts; the order is that of the sweep, methods in theirs.
    order = entries.drop_duplicates([*others, "method"])[[*others, "method"]]
    ranks = {axis: list(map(text_of, sweep.axes[axis])).index for axis in others}
    methods = [*dict.fromkeys(entries["method"])]
    rows = sorted(
        order.itertuples(index=False, name=None),
        key=lambda row: (
            *(ranks[axis](text_of(value)) for axis, value in zip(others, row, strict=False)),
            methods.index(row[-1]),
        ),
    )
    wide = wide.reindex(index=rows if others else [row[0] for row in rows], columns=sweep.axes[x])
    wide.columns = [f"{axis_name(x)} {text_of(value)}" for value in sweep.axes[x]]
    wide = wide.fillna("").reset_index(names=[*map(axis_name, others), "method"])
    for axis in others:
        wide[axis_name(axis)] = [text_of(value) for value in wide[axis_name(axis)]]
    return Grid(wide, label=quantity.replace("_", "-"), text_columns=len(others) + 1)


def _entry(row: Mapping[Any, Any], quantity: str) -> str:
    """Format a method's value at a point."""
    value = row[quantity]
    if pd.isna(value):
        return "none" if quantity != "efficiency" or row["n_ok"] == 0 else "–"
    if quantity == "seconds":
        return f"{value:.2g}"
    text = _number(value)
    low, high = row[f"{quantity}_low"], row[f"{quantity}_high"]
    text += "" if pd.isna(low) else f" [{_number(low)}, {_number(high)}]"
    counted = row["n_ok"] < row["n_seeds"]
    return f"{text} ({row['n_ok']:g}/{row['n_seeds']:g})" if counted else text


def _bound(row: Mapping[Any, Any]) -> str:
    if pd.isna(row["bound"]):
        return "–"
    text = _number(row["bound"])
    return text if row["within_reach"] else f"({text})"


def _reasons(table: pd.DataFrame) -> str:
    """List why values are missing, and at how many points of which methods; why bounds are."""
    lines = []
    axes = axes_of(table)
    for reason, own in table[table["reason"] != ""].groupby("reason", sort=False):
        counts = own["method"].value_counts(sort=False)
        where = "; ".join(f"{method}: {count} points" for method, count in counts.items())
        lines.append(f"- {reason} ({where})")
    bounds = table[table["bound_reason"] != ""].drop_duplicates(axes)
    for reason, own in bounds.groupby("bound_reason", sort=False):
        lines.append(f"- no bound: {reason} ({len(own)} points)")
    return "\n".join(lines) or "No value is missing."
