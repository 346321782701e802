"""Verdicts on claims, from the tables of scores and costs."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

from bssbench.errors import InputError
from bssbench.scores.rows import reading_table
from bssbench.statistics.claim_tests import Part, judge_costs, judge_scores
from bssbench.statistics.claims_file import (
    Claim,
    ClaimsFile,
    CostTest,
    ScoreTest,
    check_methods,
)
from bssbench.statistics.intervals import CONFIDENCE

__all__ = [
    "IMPROVED",
    "PLAIN",
    "case_verdicts",
    "claim_verdict",
    "judge_claims",
    "read_cost_tables",
]

IMPROVED, PLAIN = "improved", "plain"
"""The readings of a claim: the methods that it names, and what the abstracts say of them alone."""

_COLUMNS = ["claim", "reading", "claim_verdict", "part", *(field.name for field in fields(Part))]


def read_cost_tables(paths: Mapping[str, Path]) -> dict[str, pd.DataFrame]:
    """Read the tables that claims on costs are about, by their names in `COST_TABLES`.

    Raises
    ------
    InputError
        If a file is missing or no CSV.
    """
    tables = {}
    for name, path in paths.items():
        with reading_table(path, f"the table {name}"):
            tables[name] = pd.read_csv(path)
    return tables


def judge_claims(
    file: ClaimsFile, scores: pd.DataFrame, costs: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Judge each claim, in each of its readings.

    Parameters
    ----------
    file : ClaimsFile
        From `bssbench.statistics.claims_file.read_claims`.
    scores : pandas.DataFrame
        As in ``scores.csv``.
    costs : mapping
        From `read_cost_tables`; a table that is not there was not run.

    Returns
    -------
    pandas.DataFrame
        A row for each part, numbered from 1 in its claim and reading: ``claim, reading,
        claim_verdict, part`` and the attributes of `bssbench.statistics.claim_tests.Part`. A claim
        that reads the same with plain methods has the reading ``improved`` alone.

    Raises
    ------
    InputError
        If a claim asks for what a table can't have, or of a method that there is not.
    """
    check_methods(file, [*scores["method"].unique()])
    rows = []
    for claim in file.claims:
        for reading, tests in _readings(claim, file.plain):
            try:
                parts = [part for test in tests for part in _parts(test, scores, costs)]
            except InputError as error:
                raise InputError(f"claim {claim.name}: {error}") from None
            parts = [*_corrected(parts)]
            about = {"claim": claim.name, "reading": reading}
            about["claim_verdict"] = claim_verdict(pd.DataFrame(parts))
            rows += [
                {**about, "part": number, **asdict(part)}
                for number, part in enumerate(parts, start=1)
            ]
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"seeds": "Int64", "seeds_needed": "Int64"})


def _readings(
    claim: Claim, plain: Mapping[str, str]
) -> Iterator[tuple[str, list[ScoreTest | CostTest]]]:
    """Yield the tests of a claim as it stands, and of plain methods if it is about any."""
    yield IMPROVED, [*claim.tests]
    replaced = [
        _of_methods(test, plain) if isinstance(test, ScoreTest) else test for test in claim.tests
    ]
    if replaced != [*claim.tests]:
        yield PLAIN, replaced


def _of_methods(test: ScoreTest, names: Mapping[str, str]) -> ScoreTest:
    """Return the test with other methods in the place of those that have a name here."""
    change = {"methods": tuple(names.get(method, method) for method in test.methods)}
    if test.than:
        change["than"] = tuple(names.get(method, method) for method in test.than)
    return test.model_copy(update=change)


def _parts(
    test: ScoreTest | CostTest, scores: pd.DataFrame, costs: Mapping[str, pd.DataFrame]
) -> Iterator[Part]:
    if isinstance(test, ScoreTest):
        return judge_scores(test, scores)
    return judge_costs(test, costs.get(test.table))


def _corrected(parts: list[Part]) -> Iterator[Part]:
    """Yield the parts of a claim, refuted only what is so by Holm's correction over its scores.

    A claim that is supported has all its parts supported: for this intersection-union test there
    is nothing to correct.
    """
    p = np.array([part.p_refuted for part in parts])
    tested = ~np.isnan(p)
    if tested.any():
        p[tested] = multipletests(p[tested], 1 - CONFIDENCE, "holm")[1]
    for part, p_holm in zip(parts, p.tolist(), strict=True):
        if part.verdict == "refuted" and p_holm >= 1 - CONFIDENCE:
            compared = f"{part.of} on {part.where}" + (f" against {part.than}" if part.than else "")
            reason = f"{compared}: refuted alone, and not by Holm's correction"
            yield replace(part, p_holm=p_holm, verdict="undecided", reason=reason)
        else:
            yield replace(part, p_holm=p_holm)


def case_verdicts(parts: pd.DataFrame) -> pd.Series:
    """Return the verdict on each data set, or case of costs, of one claim and reading.

    Supported where all parts are, refuted where any is, and else undecided.
    """
    found = parts.groupby("where", sort=False, dropna=False)["verdict"]
    verdicts = found.agg(lambda own: "supported" if {*own} == {"supported"} else "undecided")
    return verdicts.mask(found.agg(lambda own: "refuted" in {*own}), "refuted")


def claim_verdict(parts: pd.DataFrame) -> str:
    """Return a claim's verdict from the columns ``where, verdict, p_supported`` of its parts.

    It is supported if all of its cases are; where one is refuted, it *depends* if another is
    supported, by Holm's correction over the cases as well, and is refuted if none is; and else it
    is undecided.
    """
    cases = case_verdicts(parts)
    found = set(cases)
    if found == {"supported"}:
        return "supported"
    if "refuted" in found:
        # That all parts of a case hold needs no correction; that any of several cases does, does.
        p = parts.groupby("where", sort=False, dropna=False)["p_supported"].max()
        tested = p.notna()
        if tested.any():
            p[tested] = multipletests(p[tested], 1 - CONFIDENCE, "holm")[1]
        # Costs have no p-values.
        holds = (cases == "supported") & ~(p >= 1 - CONFIDENCE)
        return "depends" if holds.any() else "refuted"
    return "undecided"
