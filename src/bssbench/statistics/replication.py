"""What scores of fresh seeds confirm of the scores of a record, and what they change."""

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.multitest import multipletests

from bssbench.scores.catalogue import SCORES
from bssbench.statistics.claims import judge_claims
from bssbench.statistics.claims_file import Claim, ScoreTest
from bssbench.statistics.comparisons import ALPHA, best_method
from bssbench.statistics.controls import CONTROLS

__all__ = ["compare_orders", "compare_verdicts"]


def compare_orders(recorded: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    """Compare the order of each two methods on each data set, in each headline score.

    Two methods have changed places if their medians are in another order. That alone happens by
    chance wherever two are alike; it is significant if the differences between the two, paired by
    seed, are others on the fresh seeds by Mann and Whitney's test, two-sided, corrected by Holm
    over all pairs of the data set. Controls take no part.

    Parameters
    ----------
    recorded, fresh : pandas.DataFrame
        As in ``scores.csv``, of the same data sets and methods and of different seeds.

    Returns
    -------
    pandas.DataFrame
        A row for each pair of which both tables have two seeds or more: ``dataset, score,
        recorded_best, fresh_best`` (of the data set), ``method, other`` (the first is ahead in the
        record), ``recorded_difference, fresh_difference`` (of the medians, positive where `method`
        is better), ``changed_places, p, p_holm, significant`` (changed, and not by chance).
    """
    tables = []
    for (dataset, score), old in recorded.groupby(["dataset", "score"], sort=False):
        new = fresh[(fresh["dataset"] == dataset) & (fresh["score"] == score)]
        if not SCORES[str(score)].headline or new.empty:
            continue
        pairs = pd.DataFrame(_pairs(old, new, str(score)))
        if pairs.empty:
            continue
        pairs["p_holm"] = multipletests(pairs["p"], ALPHA, "holm")[1]
        pairs["significant"] = pairs["changed_places"] & (pairs["p_holm"] < ALPHA)
        best = {"recorded_best": best_method(old, str(score))}
        best["fresh_best"] = best_method(new, str(score))
        tables.append(pairs.assign(dataset=dataset, score=score, **best))
    columns = ["dataset", "score", "recorded_best", "fresh_best", "method", "other"]
    columns += ["recorded_difference", "fresh_difference", "changed_places", "p", "p_holm"]
    columns += ["significant"]
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def _pairs(old: pd.DataFrame, new: pd.DataFrame, score: str) -> Iterator[dict[str, object]]:
    """Yield the pairs of methods on one data set, without what all of them have in common."""
    before, after = (_by_seed(rows, score) for rows in (old, new))
    methods = [name for name in before.columns if name in after.columns and name not in CONTROLS]
    for method, other in combinations(methods, 2):
        differences = [(own[method] - own[other]).dropna() for own in (before, after)]
        if min(map(len, differences)) < 2:
            continue
        medians = [own[method].median() - own[other].median() for own in (before, after)]
        first, second, sign = (method, other, 1.0) if medians[0] >= 0 else (other, method, -1.0)
        yield {
            "method": first,
            "other": second,
            "recorded_difference": sign * medians[0],
            "fresh_difference": sign * medians[1],
            "changed_places": medians[0] * medians[1] < 0,
            "p": float(stats.mannwhitneyu(*differences).pvalue),
        }


def _by_seed(rows: pd.DataFrame, score: str) -> pd.DataFrame:
    """Return values by seed and method, higher is better, NaN where there is none."""
    sign = -1.0 if SCORES[score].lower_is_better else 1.0
    values = rows.assign(value=sign * rows["value"].where(rows["status"] == "ok", np.nan))
    wide = values.pivot(index="seed", columns="method", values="value")
    return wide[list(dict.fromkeys(rows["method"]))]


def compare_verdicts(
    claims: Iterable[Claim], recorded: pd.DataFrame, fresh: pd.DataFrame
) -> pd.DataFrame:
    """Judge claims by scores of the record and of fresh seeds, by the same code.

    Judged are the tests of scores on data sets that both tables have: of costs and of other data
    fresh seeds say nothing.

    Returns
    -------
    pandas.DataFrame
        A row for each claim that has such tests: ``claim, sentence, recorded, fresh`` (its
        verdicts), ``changed``, ``parts, parts_changed`` (how many).
    """
    common = set(recorded["dataset"]) & set(fresh["dataset"])
    chosen = [own for claim in claims if (own := _on_datasets(claim, common)) is not None]
    before, after = (judge_claims(chosen, scores, {}) for scores in (recorded, fresh))
    rows = []
    for claim in chosen:
        old, new = (parts[parts["claim"] == claim.name] for parts in (before, after))
        verdicts = [own["claim_verdict"].iloc[0] for own in (old, new)]
        rows.append(
            {
                **{"claim": claim.name, "sentence": claim.sentence},
                **{"recorded": verdicts[0], "fresh": verdicts[1]},
                "changed": verdicts[0] != verdicts[1],
                "parts": len(old),
                "parts_changed": int((old["verdict"].to_numpy() != new["verdict"]).sum()),
            }
        )
    columns = ["claim", "sentence", "recorded", "fresh", "changed", "parts", "parts_changed"]
    return pd.DataFrame(rows, columns=columns)


def _on_datasets(claim: Claim, datasets: Iterable[str]) -> Claim | None:
    """Return what a claim says of scores on some data sets; None if that is nothing."""
    tests = []
    for test in claim.tests:
        if isinstance(test, ScoreTest):
            common = tuple(name for name in test.datasets if name in set(datasets))
            if common:
                tests.append(test.model_copy(update={"datasets": common}))
    return claim.model_copy(update={"tests": tuple(tests)}) if tests else None
