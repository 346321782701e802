"""The results of a sweep in sentences with numbers, computed from its table."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bssbench.statistics.controls import CONTROLS
from bssbench.statistics.efficiency import is_judgeable
from bssbench.statistics.sweeps import axes_of, axis_name, place, text_of

__all__ = ["NEAR", "SEPARATED", "Findings", "find"]

NEAR = 1.0
"""Largest distance in dB to the bound, or to the best method, that counts as near."""

SEPARATED = 10.0
"""Separation in dB from which sources count as separated."""

_COLUMNS = [
    *("method", "n_points", "n_failed", "n_bounded", "n_near_bound", "median_efficiency"),
    *("n_open", "n_near_best", "n_separated", "worst", "where"),
]
# How the rows of a sweep are evaluated: against the bound, against the best method, or not at all.
_BOUNDED, _OPEN, _IMPOSSIBLE = "bounded", "open", "impossible"


@dataclass(frozen=True)
class Findings:
    """The results of a sweep.

    Attributes
    ----------
    lead : str
        One sentence, in ASCII.
    trends : tuple of str
        A sentence for each axis.
    methods : pandas.DataFrame
        A row for each method, controls last. ``n_points`` is the number of points at which it was
        run and separation is possible; ``n_failed`` is the number of these with a failed seed. At
        ``n_bounded`` points there is an attainable bound; ``n_near_bound`` counts the points near
        it, and ``median_efficiency`` is in dB. At the other ``n_open`` points, ``n_near_best``
        counts those near the best method and ``n_separated`` those with separated sources.
        ``worst`` is the lowest efficiency in dB, or the lowest separation if there is no bound, and
        ``where`` its point.
    ends : pandas.DataFrame
        A row for each axis and each method with values at both ends of the axis. The columns are
        ``method, axis, first, last`` (the values of the axis), ``from, to`` (mean separation in dB
        over the same values of the other axes) and ``n_settings`` (their number).
    n_points, n_impossible : int
        Number of all points, and of those at which separation is impossible according to the bound.
    """

    lead: str
    trends: tuple[str, ...]
    methods: pd.DataFrame
    ends: pd.DataFrame
    n_points: int
    n_impossible: int


def find(table: pd.DataFrame) -> Findings:
    """Return the results of a sweep.

    Points with a bound of at most 0 dB, at which separation is impossible, are left out. If the
    bound is attainable, methods are compared with it. Otherwise, and from 60 dB on, where rounding
    errors dominate the bound, they are compared with the best method at the point. A method counts
    as near only if all its seeds have a value. Controls are evaluated and ranked separately.

    Parameters
    ----------
    table : pandas.DataFrame
        From `bssbench.statistics.sweeps.sweep_table`.

    Returns
    -------
    Findings
        Sentences and tables.
    """
    axes = axes_of(table)
    # A skipped seed means that the method does not apply to the point.
    table = table.assign(kind=_kinds(table))
    run = table[table["n_ok"] + table["n_failed"] > 0]
    run = run.assign(best=_best(run, axes))
    methods = [str(name) for name in dict.fromkeys(run["method"])]
    methods.sort(key=lambda method: method in CONTROLS)
    judged = pd.DataFrame(
        [_judge(method, run[run["method"] == method], axes) for method in methods],
        columns=_COLUMNS,
    )
    ends = pd.DataFrame(
        list(_ends(run, axes)),
        columns=["method", "axis", "first", "last", "from", "to", "n_settings"],
    )
    points = table.drop_duplicates(axes)
    impossible = int((points["kind"] == _IMPOSSIBLE).sum())
    return Findings(
        lead=_lead(run[~run["method"].isin(CONTROLS)], axes, len(points), impossible),
        trends=tuple(_trends(ends[~ends["method"].isin(CONTROLS)])),
        methods=judged,
        ends=ends,
        n_points=len(points),
        n_impossible=impossible,
    )


def _kinds(rows: pd.DataFrame) -> list[str]:
    """Return how each row is evaluated."""
    return [
        _IMPOSSIBLE if bound <= 0.0 else _BOUNDED if reached and is_judgeable(bound) else _OPEN
        for bound, reached in zip(rows["bound"], rows["within_reach"], strict=True)
    ]


def _best(run: pd.DataFrame, axes: list[str]) -> np.ndarray:
    """Return, for each row, the best separation at its point, without controls."""
    whole = run["separation"].where(_complete(run) & ~run["method"].isin(CONTROLS))
    return whole.groupby([run[axis] for axis in axes], dropna=False).transform("max").to_numpy()


def _complete(rows: pd.DataFrame) -> "pd.Series[bool]":
    """Return which rows have values for all seeds; with failed seeds, the rest is no success."""
    return rows["n_ok"] == rows["n_seeds"]


def _judge(method: str, own: pd.DataFrame, axes: list[str]) -> dict[str, object]:
    """Count the points at which a method is near the bound or the best method."""
    possible = own[own["kind"] != _IMPOSSIBLE]
    bounded, rest = (possible[possible["kind"] == kind] for kind in (_BOUNDED, _OPEN))
    quantity = "efficiency" if len(bounded) else "separation"
    values = (bounded if len(bounded) else rest)[quantity].dropna()
    worst = int(values.to_numpy().argmin()) if len(values) else None
    return {
        "method": method,
        "n_points": len(possible),
        "n_failed": int((possible["n_failed"] > 0).sum()),
        "n_bounded": len(bounded),
        "n_near_bound": int((_complete(bounded) & (bounded["efficiency"] >= -NEAR)).sum()),
        "median_efficiency": bounded["efficiency"].median(),
        "n_open": len(rest),
        "n_near_best": int((_complete(rest) & (rest["separation"] >= rest["best"] - NEAR)).sum()),
        "n_separated": int((_complete(rest) & (rest["separation"] >= SEPARATED)).sum()),
        "worst": np.nan if worst is None else values.iloc[worst],
        "where": "" if worst is None else place(own.loc[values.index[worst]].to_dict(), axes),
    }


def _ends(run: pd.DataFrame, axes: list[str]) -> Iterator[dict[str, object]]:
    """Compare the separation of each method at both ends of each axis."""
    for axis in axes:
        values = list(dict.fromkeys(run[axis]))
        if len(values) < 2:
            continue
        settings = run.set_index(["method", *(other for other in axes if other != axis)])
        first, last = (
            settings.loc[settings[axis] == value, "separation"].dropna()
            for value in (values[0], values[-1])
        )
        both = pd.concat([first, last], axis=1, keys=["from", "to"], join="inner")
        for method, own in both.groupby("method", sort=False):
            yield {
                **{"method": method, "axis": axis, "first": values[0], "last": values[-1]},
                **own.mean().to_dict(),
                "n_settings": len(own),
            }


def _lead(run: pd.DataFrame, axes: list[str], n_points: int, n_impossible: int) -> str:
    """State in one sentence how close the first and the last method come to what is possible.

    Methods are ranked on the points at which all of them ran, if there are any.
    """
    if not run["separation"].notna().any():
        return f"No method has a value at any of the {n_points} points."
    if n_impossible == n_points:
        return f"The bound allows no separation at any of the {n_points} points."
    excluded = (
        f"; at {n_impossible} of {n_points} points the bound allows no separation, and these "
        "count against no method"
        if n_impossible
        else ""
    )
    possible = run[run["kind"] != _IMPOSSIBLE]
    shared = _shared(possible, axes)
    judged = pd.DataFrame(
        [_judge(str(method), own, axes) for method, own in shared.groupby("method", sort=False)],
        columns=_COLUMNS,
    )
    if judged["n_bounded"].any():
        own = judged[judged["n_bounded"] > 0]
        share, then = own["n_near_bound"] / own["n_bounded"], own["median_efficiency"]
        describe, against = _against_bound, "Compared with the bound"
    else:
        own = judged[judged["n_open"] > 0]
        share, then = own["n_near_best"] / own["n_open"], own["n_separated"] / own["n_open"]
        describe, against = _against_best, "Compared with the best method"
    if len(shared) < len(possible):
        against += " at the points where all methods ran"
    ranked = own.assign(share=share, then=then.fillna(-np.inf))
    ranked = ranked.sort_values(["share", "then"], ascending=False, kind="stable")
    first, last = ranked.iloc[0], ranked.iloc[-1]
    if len(ranked) == 1:
        return f"{against}, the only method is {describe(first)}{excluded}."
    return (
        f"{against}, the first of {len(ranked)} methods is {describe(first)}, and the last is "
        f"{describe(last)}{excluded}."
    )


def _shared(run: pd.DataFrame, axes: list[str]) -> pd.DataFrame:
    """Return the rows of the points at which all methods ran; all rows where there are none."""
    methods = run.groupby(axes, dropna=False)["method"].transform("nunique")
    shared = run[methods == run["method"].nunique()]
    return run if shared.empty else shared


def _against_bound(row: pd.Series) -> str:
    return f"{row['method']}, within {NEAR:g} dB of it at {row['n_near_bound']} of " + _detail(
        row, "n_bounded", f"median efficiency {_number(row['median_efficiency'])} dB"
    )


def _against_best(row: pd.Series) -> str:
    return f"{row['method']}, within {NEAR:g} dB of the best at {row['n_near_best']} of " + _detail(
        row, "n_open", f"separating, by {SEPARATED:g} dB or more, at {row['n_separated']}"
    )


def _detail(row: pd.Series, count: str, text: str) -> str:
    """Return the number of points, and where the method is worst and fails."""
    details = [text, f"worst {_number(row['worst'])} dB at {row['where']}"] if row["where"] else []
    if row["n_failed"]:
        details.append(f"seeds failed at {_points(row['n_failed'])}")
    return f"{_points(row[count])} ({'; '.join(details)})"


def _points(count: object) -> str:
    return f"{count} point" if count == 1 else f"{count} points"


def _number(value: object) -> str:
    # In ASCII, and without negative zero.
    return f"{round(float(str(value)), 1) + 0.0:.1f}"


def _trends(ends: pd.DataFrame) -> Iterator[str]:
    """Yield a sentence for each axis on the largest and smallest change of mean separation."""
    for axis, own in ends.groupby("axis", sort=False):
        ranked = own.assign(change=(own["to"] - own["from"]).abs())
        ranked = ranked.sort_values("change", ascending=False, kind="stable")
        first, last = (text_of(own[end].iloc[0]) for end in ("first", "last"))
        along = f"From {axis_name(str(axis))} {first} to {last} the mean separation"
        if len(ranked) == 1:
            yield f"{along} of {_change(ranked.iloc[0])}."
        else:
            most, least = _change(ranked.iloc[0]), _change(ranked.iloc[-1])
            yield f"{along} changes most for {most}, and least for {least}."


def _change(row: pd.Series) -> str:
    """Describe the change of a method along an axis."""
    begins, ends = _number(row["from"]), _number(row["to"])
    if begins == ends:
        return f"{row['method']}, which stays at {begins} dB"
    verb = "falls" if float(ends) < float(begins) else "rises"
    return f"{row['method']}, which {verb} from {begins} to {ends} dB"
