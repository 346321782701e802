"""Verdicts on claims from the tables of scores and costs."""

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
"""The readings of a claim: for the methods as named, and for their plain versions, which follow
the abstracts without additions."""

_COLUMNS = ["claim", "reading", "claim_verdict", "part", *(field.name for field in fields(Part))]


def read_cost_tables(paths: Mapping[str, Path]) -> dict[str, pd.DataFrame]:
    """Read the tables for claims on costs.

    Parameters
    ----------
    paths : mapping of str to pathlib.Path
        Files by their names in `COST_TABLES`.

    Returns
    -------
    dict of str to pandas.DataFrame
        The tables by name.

    Raises
    ------
    InputError
        If a file is missing or is not a CSV file.
    """
    tables = {}
    for name, path in paths.items():
        with reading_table(path, f"the table {name}"):
            tables[name] = pd.read_csv(path)
    return tables


def judge_claims(
    file: ClaimsFile, scores: pd.DataFrame, costs: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Evaluate each claim in each of its readings.

    Parameters
    ----------
    file : ClaimsFile
        From `bssbench.statistics.claims_file.read_claims`.
    scores : pandas.DataFrame
        As in ``scores.csv``.
    costs : mapping
        From `read_cost_tables`; a missing table was not run.

    Returns
    -------
    pandas.DataFrame
        A row for each part, numbered from 1 within its claim and reading. The columns are ``claim,
        reading, claim_verdict, part`` and the attributes of
        `bssbench.statistics.claim_tests.Part`. A claim without a plain version of its methods has
        only the reading ``improved``.

    Raises
    ------
    InputError
        If a claim names an unknown method, or a column that a table does not have.
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
    """Yield the tests of a claim, and those with plain methods if they differ."""
    yield IMPROVED, [*claim.tests]
    replaced = [
        _of_methods(test, plain) if isinstance(test, ScoreTest) else test for test in claim.tests
    ]
    if replaced != [*claim.tests]:
        yield PLAIN, replaced


def _of_methods(test: ScoreTest, names: Mapping[str, str]) -> ScoreTest:
    """Return the test with methods replaced by their plain versions."""
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
    """Apply Holm's correction over the tests on scores of a claim to refuted parts.

    A claim is supported only if all its parts are. This is an intersection-union test, which needs
    no correction.
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

    A case is supported if all its parts are, refuted if any part is, and otherwise undecided.

    Parameters
    ----------
    parts : pandas.DataFrame
        With the columns ``where`` and ``verdict``.

    Returns
    -------
    pandas.Series
        Verdicts, indexed by ``where``.
    """
    found = parts.groupby("where", sort=False, dropna=False)["verdict"]
    verdicts = found.agg(lambda own: "supported" if {*own} == {"supported"} else "undecided")
    return verdicts.mask(found.agg(lambda own: "refuted" in {*own}), "refuted")


def claim_verdict(parts: pd.DataFrame) -> str:
    """Return the verdict on a claim.

    A claim is supported if all its cases are. If a case is refuted, the claim *depends* if another
    case is supported after Holm's correction over the cases, and is refuted otherwise. In all other
    situations it is undecided.

    Parameters
    ----------
    parts : pandas.DataFrame
        With the columns ``where``, ``verdict`` and ``p_supported``.

    Returns
    -------
    str
        ``supported``, ``refuted``, ``depends`` or ``undecided``.
    """
    cases = case_verdicts(parts)
    found = set(cases)
    if found == {"supported"}:
        return "supported"
    if "refuted" in found:
        # No correction is needed for all parts of a case to be supported, but one is needed for any
        # of several cases.
        p = parts.groupby("where", sort=False, dropna=False)["p_supported"].max()
        tested = p.notna()
        if tested.any():
            p[tested] = multipletests(p[tested], 1 - CONFIDENCE, "holm")[1]
        # Costs have no p-values.
        holds = (cases == "supported") & ~(p >= 1 - CONFIDENCE)
        return "depends" if holds.any() else "refuted"
    return "undecided"
