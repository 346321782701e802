"""Comparison of recorded scores with scores of fresh seeds."""

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from bssbench.scores.catalogue import SCORES
from bssbench.statistics.claims import judge_claims
from bssbench.statistics.claims_file import Claim, ClaimsFile, ScoreTest
from bssbench.statistics.comparisons import ALPHA, best_method
from bssbench.statistics.controls import CONTROLS

__all__ = ["compare_orders", "compare_verdicts"]


def compare_orders(recorded: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Compare the order of each pair of methods on each data set, in each headline score.

    Two methods have changed places if the order of their medians differs. This happens by chance if
    the methods are similar. The change is significant if the differences between the two, paired by
    seed, differ between recorded and fresh seeds by the two-sided Mann-Whitney test, after Holm's
    correction over all pairs of the data set. Controls are left out.

    Parameters
    ----------
    recorded, fresh : pandas.DataFrame
        As in ``scores.csv``, with the same data sets and methods and with different seeds.

    Returns
    -------
    pandas.DataFrame
        A row for each pair with at least two seeds in both tables. The columns are ``dataset,
        score, recorded_best, fresh_best`` (best methods on the data set), ``method, other`` (the
        first is better in the record), ``recorded_difference, fresh_difference`` (of the medians,
        positive if `method` is better), ``changed_places, p, p_holm``, ``significant`` (changed
        places significantly) and ``decidable`` (whether there are enough seeds for this number of
        pairs).
    """
    tables = []
    for key, old in recorded.groupby(["dataset", "score"], sort=False):
        dataset, score = map(str, key)
        new = fresh[(fresh["dataset"] == dataset) & (fresh["score"] == score)]
        if not SCORES[score].headline or new.empty:
            continue
        pairs = pd.DataFrame(_pairs(old, new, score))
        if pairs.empty:
            continue
        pairs["p_holm"] = multipletests(pairs["p"], ALPHA, "holm")[1]
        pairs["significant"] = pairs["changed_places"] & (pairs["p_holm"] < ALPHA)
        pairs["decidable"] = pairs.pop("least_p").min() * len(pairs) < ALPHA
        best = {"recorded_best": best_method(old, score), "fresh_best": best_method(new, score)}
        tables.append(pairs.assign(dataset=dataset, score=score, **best))
    columns = ["dataset", "score", "recorded_best", "fresh_best", "method", "other"]
    columns += ["recorded_difference", "fresh_difference", "changed_places", "p", "p_holm"]
    columns += ["significant", "decidable"]
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def _pairs(old: pd.DataFrame, new: pd.DataFrame, score: str) -> Iterator[dict[str, object]]:
    """Yield the fields of each pair of methods on one data set that differ between pairs."""
    before, after = (_by_seed(rows, score) for rows in (old, new))
    methods = [name for name in before.columns if name in after.columns and name not in CONTROLS]
    for method, other in combinations(methods, 2):
        first, second = ((own[method] - own[other]).dropna() for own in (before, after))
        if min(len(first), len(second)) < 2:
            continue
        medians = [own[method].median() - own[other].median() for own in (before, after)]
        ahead, behind, sign = (method, other, 1.0) if medians[0] >= 0 else (other, method, -1.0)
        yield {
            "method": ahead,
            "other": behind,
            "recorded_difference": sign * medians[0],
            "fresh_difference": sign * medians[1],
            "changed_places": medians[0] * medians[1] < 0,
            "p": _p_value(first.to_numpy(), second.to_numpy()),
            # The smallest p-value, that of two samples that do not overlap.
            "least_p": 2 / math.comb(len(first) + len(second), len(first)),
        }


def _p_value(one: np.ndarray, other: np.ndarray) -> float:
    """Return the two-sided p-value of the Mann-Whitney test, exact if there are no ties.

    By default, scipy uses the normal approximation from nine values on. For ten values each, its
    smallest p-value is seventeen times the exact one, so that none of a hundred pairs could be
    significant.
    """
    distinct = len(np.unique([*one, *other])) == len(one) + len(other)
    method: Literal["exact", "asymptotic"] = "exact" if distinct else "asymptotic"
    return float(stats.mannwhitneyu(one, other, method=method).pvalue)


def _by_seed(rows: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return values by seed and method, with higher values better and NaN if missing."""
    sign = -1.0 if SCORES[score].lower_is_better else 1.0
    values = rows.assign(value=sign * rows["value"].where(rows["status"] == "ok", np.nan))
    wide = values.pivot(index="seed", columns="method", values="value")
    return wide[list(dict.fromkeys(rows["method"]))]


def compare_verdicts(file: ClaimsFile, recorded: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Evaluate claims on recorded scores and on scores of fresh seeds.

    Only tests on scores of data sets in both tables are evaluated; fresh seeds contain no
    information on costs and other data sets.

    Parameters
    ----------
    file : ClaimsFile
        The claims.
    recorded, fresh : pandas.DataFrame
        As in ``scores.csv``.

    Returns
    -------
    pandas.DataFrame
        A row for each reading of each claim with such tests. The columns are ``claim, reading,
        sentence``, ``recorded, fresh`` (verdicts), ``changed``, and ``parts, parts_changed``
        (numbers of parts).
    """
    common = set(recorded["dataset"]) & set(fresh["dataset"])
    claims = [own for claim in file.claims if (own := _on_datasets(claim, common)) is not None]
    sentences = {claim.name: claim.sentence for claim in claims}
    columns = ["claim", "reading", "sentence", "recorded", "fresh", "changed", "parts"]
    columns += ["parts_changed"]
    if not claims:
        return pd.DataFrame(columns=columns)
    judged = file.model_copy(update={"claims": tuple(claims)})
    before, after = (judge_claims(judged, scores, {}) for scores in (recorded, fresh))
    both = before.merge(after, on=["claim", "reading", "part"], suffixes=("_recorded", "_fresh"))
    rows = []
    for (claim, reading), parts in both.groupby(["claim", "reading"], sort=False):
        old, new = parts[["claim_verdict_recorded", "claim_verdict_fresh"]].iloc[0]
        rows.append(
            {
                **{"claim": claim, "reading": reading, "sentence": sentences[str(claim)]},
                **{"recorded": old, "fresh": new, "changed": old != new, "parts": len(parts)},
                "parts_changed": int((parts["verdict_recorded"] != parts["verdict_fresh"]).sum()),
            }
        )
    return pd.DataFrame(rows, columns=columns)


def _on_datasets(claim: Claim, datasets: set[str]) -> Claim | None:
    """Return a claim with only its tests on scores of these data sets; None if there are none."""
    tests = [
        test.model_copy(update={"datasets": common})
        for test in claim.tests
        if isinstance(test, ScoreTest)
        and (common := tuple(name for name in test.datasets if name in datasets))
    ]
    return claim.model_copy(update={"tests": tuple(tests)}) if tests else None
