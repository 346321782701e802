"""The tests of claims: each results in parts, and each part has a verdict with its numbers."""

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np
import pandas as pd

from bssbench.errors import InputError
from bssbench.scores.catalogue import SCORES
from bssbench.statistics.claims_file import Cheaper, CostTest, LowerSlope, ScoreTest
from bssbench.statistics.noninferiority import judge_noninferiority
from bssbench.statistics.pairs import paired_differences
from bssbench.statistics.rounds import (
    FEWEST_ROUNDS,
    Interval,
    mean_over_rounds,
    ratio_over_rounds,
)
from bssbench.statistics.scaling import lengths_above_overhead

__all__ = ["Part", "judge_costs", "judge_scores"]


@dataclass(frozen=True)
class Part:
    """One comparison of a claim.

    Attributes
    ----------
    test, quantity : str
        Kind of test; name of the score, or of a column of the table of costs.
    where, condition : str
        Data set or case; condition that all cases of the test have in common.
    of, than : str
        What is tested; what it is compared with, or empty.
    estimate, low, high : float
        For scores, a mean over seeds with its one-sided 95 % bootstrap bounds. It is the mean of
        the paired difference, positive if `of` is better, or of the score itself. For costs, the
        ratio of `than` to `of`, or the difference of slopes, with its 99 % interval over rounds.
    threshold : float
        Threshold of the test.
    verdict : {'supported', 'refuted', 'undecided', 'not run'}
        Supported or refuted only if all bounds are on the same side of the threshold.
    because : str
        Reason for the test, from the claims file.
    t_low, t_high : float
        For scores, the bounds by Student's t; NaN for costs.
    p_refuted : float
        For scores, the one-sided p-value of Student's t test for ``refuted``. NaN for costs, and if
        values are missing.
    p_supported : float
        The same for ``supported``.
    p_holm : float
        `p_refuted` after Holm's correction over the parts of the claim; NaN before the correction.
    seeds : int or None
        Number of seeds; None for costs.
    seeds_needed : int or None
        Number of seeds that would decide an undecided test.
    reason : str
        What is missing, if anything.
    """

    test: str
    quantity: str
    where: str
    condition: str
    of: str
    than: str
    estimate: float
    low: float
    high: float
    threshold: float
    verdict: str
    because: str
    t_low: float = math.nan
    t_high: float = math.nan
    p_refuted: float = math.nan
    p_supported: float = math.nan
    p_holm: float = math.nan
    seeds: int | None = None
    seeds_needed: int | None = None
    reason: str = ""


def judge_scores(test: ScoreTest, scores: pd.DataFrame) -> Iterator[Part]:
    """Evaluate a test on scores.

    Parameters
    ----------
    test : ScoreTest
        The test.
    scores : pandas.DataFrame
        As in ``scores.csv``.

    Yields
    ------
    Part
        One for each combination of data set or sweep point, method, and method to compare with.
    """
    known = scores["dataset"].unique()
    datasets = [found for name in test.datasets for found in _matching(name, known)]
    for dataset, method, other in itertools.product(
        dict.fromkeys(datasets), test.methods, test.than or ("",)
    ):
        yield _judge_score(test, scores, dataset, method, other)


def _matching(name: str, known: Iterable[str]) -> list[str]:
    """Return the sweep points that match a pattern; the pattern itself, as not run, if none do."""
    if "/" not in name:
        return [name]
    return [each for each in known if fnmatchcase(each, name)] or [name]


def _judge_score(
    test: ScoreTest, scores: pd.DataFrame, dataset: str, method: str, other: str
) -> Part:
    """Evaluate the mean of one value per seed."""
    rows = scores[(scores["dataset"] == dataset) & (scores["score"] == test.score)]

    def values(score: str) -> pd.Series:
        own = scores[(scores["dataset"] == dataset) & (scores["score"] == score)]
        own = own[(own["method"] == method) & (own["status"] == "ok")]
        return own.set_index("seed")["value"]

    sign, threshold = 1.0, test.bound
    if test.test in ("non_inferior", "superior"):
        series = paired_differences(scores, dataset, test.score, method, other)
        threshold = -test.bound if test.test == "non_inferior" else test.bound
    elif test.test == "closer_than_start":
        gain = values(test.score) - values(f"{test.score}_start")
        series = gain.dropna() * (-1.0 if SCORES[test.score].lower_is_better else 1.0)
    else:
        series = values(test.score)
        # The test is whether a mean is above the threshold; the sign is changed for upper limits.
        sign = -1.0 if test.test == "at_most" else 1.0
    judged = judge_noninferiority(sign * series, -sign * threshold)
    low, high = sorted((sign * judged.lower, sign * judged.upper))
    t_low, t_high = sorted((sign * judged.t_lower, sign * judged.t_upper))
    verdict, needed = str(judged.verdict), judged.seeds_needed
    p_refuted, p_supported = judged.p_refuted, judged.p_supported
    why_open, reason = _missing(scores, rows, dataset, [method, *([other] if other else [])])
    if why_open:
        # Otherwise, a method that fails on difficult seeds would be judged by the easy ones.
        verdict, needed = why_open, None
        p_refuted = p_supported = math.nan
    elif judged.n_pairs < 2:
        reason = f"{judged.n_pairs} seed with a value of all that is compared"
    elif _excludes(low, high, threshold) != _excludes(t_low, t_high, threshold):
        against = f" against {other}" if other else ""
        reason = f"{method} on {dataset}{against}: bounds by bootstrap and by Student's t disagree"
    return Part(
        test=test.test,
        quantity=test.score,
        where=dataset,
        condition="",
        of=method,
        than=other or ("start" if test.test == "closer_than_start" else ""),
        estimate=sign * judged.mean,
        low=low,
        high=high,
        threshold=threshold,
        verdict=verdict,
        because=test.because,
        t_low=t_low,
        t_high=t_high,
        p_refuted=p_refuted,
        p_supported=p_supported,
        seeds=judged.n_pairs,
        seeds_needed=needed,
        reason=reason,
    )


def _excludes(low: float, high: float, value: float) -> bool:
    return low > value or high < value


def _missing(
    scores: pd.DataFrame, rows: pd.DataFrame, dataset: str, methods: list[str]
) -> tuple[str, str]:
    """Return the verdict and the reason if a method lacks values; both empty if none does."""
    for method in methods:
        cell = scores[(scores["dataset"] == dataset) & (scores["method"] == method)]
        own = rows[rows["method"] == method]
        if cell.empty:
            return "not run", f"{method} on {dataset}"
        if own.empty:
            # For a failed cell, the parameters of its prior are unknown.
            failed = cell.loc[cell["status"].isin(["failed", "timeout"]), "reason"]
            why = f": {failed.iloc[0]}" if len(failed) else ""
            return "undecided", f"{method} on {dataset} has no such score{why}"
        without = own[own["status"] != "ok"]
        if len(without):
            why = without["reason"].iloc[0]
            return "undecided", f"{method} on {dataset}, {len(without)} of {len(own)} seeds: {why}"
    return "", ""


def judge_costs(test: CostTest, table: pd.DataFrame | None) -> Iterator[Part]:
    """Evaluate a test on costs.

    Parameters
    ----------
    test : CostTest
        The test.
    table : pandas.DataFrame or None
        The table of the test, with a row for each case and round; None if it does not exist.

    Yields
    ------
    Part
        One for each case.

    Raises
    ------
    InputError
        If the table lacks a column, or has more than one value for a case and round.
    """
    if table is not None:
        named = [test.quantity, "round", *test.where, *test.of, *test.than, *test.each]
        if unknown := [column for column in named if column not in table.columns]:
            raise InputError(f"the table {test.table} has no column {unknown[0]!r}")
    for chosen in itertools.product(*test.each.values()):
        case = dict(zip(test.each, chosen, strict=True))
        sides = [_select(table, {**test.where, **case, **own}) for own in (test.of, test.than)]
        found, verdict, reason = (
            _ratio(test, *sides) if isinstance(test, Cheaper) else _slopes(test, *sides)
        )
        yield Part(
            test.test,
            test.quantity,
            _words(case),
            _words(test.where),
            _words(test.of),
            _words(test.than),
            found.estimate,
            found.low,
            found.high,
            threshold=test.factor if isinstance(test, Cheaper) else 0.0,
            verdict=verdict,
            because=test.because,
            reason=reason,
        )


def _select(table: pd.DataFrame | None, wanted: Mapping[str, Any]) -> pd.DataFrame:
    rows = pd.DataFrame() if table is None else table
    for column, value in wanted.items():
        rows = rows[rows[column] == value] if len(rows) else rows
    return rows


def _words(selection: Mapping[str, Any]) -> str:
    return ", ".join(f"{column} {value}" for column, value in selection.items())


_NONE = Interval(math.nan, math.nan, math.nan, 0)
_Judged = tuple[Interval, str, str]


def _ratio(test: Cheaper, of: pd.DataFrame, than: pd.DataFrame) -> _Judged:
    """Evaluate the ratio of the cost of `than` to that of `of`."""
    values = []
    for name, rows in (("of", of), ("than", than)):
        side = _words(getattr(test, name))
        if rows.empty:
            return _NONE, "not run", side
        if rows["round"].duplicated().any():
            raise InputError(
                f"the table {test.table} has several rows of {side} in one round; say more"
            )
        measured = rows.set_index("round")[test.quantity]
        if not (measured > 0).any():
            reasons = rows.loc[measured.isna().to_numpy(), "reason"]
            why = reasons.iloc[0] if len(reasons) else "below what is resolved"
            return _NONE, "undecided", f"{side}: {why}"
        values.append(measured)
    return _decide(ratio_over_rounds(values[1], values[0]), test.factor, above_is_good=True)


def _slopes(test: LowerSlope, of: pd.DataFrame, than: pd.DataFrame) -> _Judged:
    """Evaluate the exponent of `of` minus that of `than`, both over the same lengths."""
    times = []
    for name, rows in (("of", of), ("than", than)):
        side = _words(getattr(test, name))
        measured = rows[rows[test.quantity] > 0] if len(rows) else rows
        if measured.empty:
            return _NONE, "not run", side
        if measured.duplicated(["round", "length"]).any():
            raise InputError(
                f"the table {test.table} has one length of {side} twice in one round; say more"
            )
        times.append(measured.pivot(index="round", columns="length", values=test.quantity))
    rounds = times[0].index.intersection(times[1].index)
    # Cases that take many seconds are not measured in every round.
    whole = [own.loc[rounds].dropna(axis="columns") for own in times]
    used = [lengths_above_overhead([*own.columns.astype(int)], [*own.median()]) for own in whole]
    lengths = sorted(set(used[0]) & set(used[1]))
    if len(lengths) < 3:
        reason = "fewer than three lengths at which both are measured and their overhead is small"
        return _NONE, "undecided", f"{reason}; measure longer"
    x = np.log(lengths)
    ours, theirs = (np.polyfit(x, np.log(own[lengths].to_numpy().T), 1)[0] for own in whole)
    return _decide(mean_over_rounds(ours - theirs), 0.0, above_is_good=False)


def _decide(found: Interval, threshold: float, above_is_good: bool) -> _Judged:
    """Return the verdict; it is decided if the interval is on one side of the threshold."""
    if found.n_rounds < FEWEST_ROUNDS:
        count = f"{found.n_rounds} processes measured both"
        return found, "undecided", f"{count}, and {FEWEST_ROUNDS} are needed"
    if found.low > threshold or found.high < threshold:
        verdict = "supported" if (found.low > threshold) == above_is_good else "refuted"
        return found, verdict, ""
    return found, "undecided", "the processes that measured it do not agree: measure it more often"
