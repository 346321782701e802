"""Verdicts on claims, from the tables of scores and costs."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from pathlib import Path

import pandas as pd

from bssbench.errors import InputError
from bssbench.scores.rows import reading_table
from bssbench.statistics.claim_tests import Part, judge_costs, judge_scores
from bssbench.statistics.claims_file import Claim, ScoreTest

__all__ = ["claim_verdict", "judge_claims", "read_cost_tables"]

_COLUMNS = ["claim", "claim_verdict", "part", *(field.name for field in fields(Part))]


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
    claims: Iterable[Claim], scores: pd.DataFrame, costs: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Judge each claim.

    Parameters
    ----------
    claims : iterable of Claim
        From `bssbench.statistics.claims_file.read_claims`.
    scores : pandas.DataFrame
        As in ``scores.csv``.
    costs : mapping
        From `read_cost_tables`; a table that is not there was not run.

    Returns
    -------
    pandas.DataFrame
        A row for each part, numbered from 1 in its claim: ``claim, claim_verdict, part`` and the
        attributes of `bssbench.statistics.claim_tests.Part`.

    Raises
    ------
    InputError
        If a claim asks for what a table can't have.
    """
    rows = []
    for claim in claims:
        parts: list[Part] = []
        for test in claim.tests:
            try:
                parts += (
                    judge_scores(test, scores)
                    if isinstance(test, ScoreTest)
                    else judge_costs(test, costs.get(test.table))
                )
            except InputError as error:
                raise InputError(f"claim {claim.name}: {error}") from None
        verdict = claim_verdict(part.verdict for part in parts)
        rows += [
            {"claim": claim.name, "claim_verdict": verdict, "part": number, **asdict(part)}
            for number, part in enumerate(parts, start=1)
        ]
    return pd.DataFrame(rows, columns=_COLUMNS).astype({"seeds": "Int64", "seeds_needed": "Int64"})


def claim_verdict(verdicts: Iterable[str]) -> str:
    """Return a claim's verdict from those of its parts.

    A claim is refuted if any part is, supported if every part is, and else undecided.
    """
    found = set(verdicts)
    if "refuted" in found:
        return "refuted"
    return "supported" if found == {"supported"} else "undecided"
