"""Verdicts that follow from tables whose verdicts are known."""

import math

import numpy as np
import pandas as pd
import pytest

from bssbench.errors import InputError
from bssbench.statistics.claims import claim_verdict, judge_claims
from bssbench.statistics.claims_file import (
    Cheaper,
    Claim,
    CloserThanStart,
    Comparison,
    Level,
    LowerSlope,
)

SPREAD = np.linspace(-1, 1, 10)
KINDS = {
    "non_inferior": Comparison,
    "superior": Comparison,
    "at_least": Level,
    "at_most": Level,
    "closer_than_start": CloserThanStart,
    "cheaper": Cheaper,
    "lower_slope": LowerSlope,
}


def scores(**series):
    """Rows of data set gp-equal: the score and method of each ``score__method``."""
    rows = []
    for key, values in series.items():
        score, _, method = key.partition("__")
        for seed, value in enumerate(values):
            ok = value is not None
            rows.append(
                {
                    "dataset": "gp-equal",
                    "method": method,
                    "seed": seed,
                    "score": score,
                    "value": value,
                    "status": "ok" if ok else "failed",
                    "reason": "" if ok else "it broke",
                }
            )
    return pd.DataFrame(rows).astype({"value": float})


def judged(test, table=None, **costs):
    claim = Claim.model_construct(name="C", tests=(test,))
    parts = judge_claims([claim], scores(mcc__other=[1.0]) if table is None else table, costs)
    assert (parts["claim_verdict"] == claim_verdict(parts["verdict"])).all()
    return parts


def asked(test, bound, score="mcc", than=()):
    kind = KINDS[test]
    bounds = {"threshold" if kind is Level else "margin": bound}
    other = {"than": than} if kind is Comparison else {}
    # Without the check that these are methods.
    return kind.model_construct(
        **{"test": test, "score": score, "datasets": ("gp-equal",), "methods": ("ours",)},
        **bounds,
        **other,
        because="why",
    )


def compared(test, margin, ours, theirs, score="mcc"):
    table = scores(**{f"{score}__ours": ours, f"{score}__theirs": theirs})
    return judged(asked(test, margin, score, ("theirs",)), table).iloc[0]


@pytest.mark.parametrize(
    ("test", "margin", "difference", "verdict"),
    [
        ("non_inferior", 0.02, 0.0, "supported"),
        ("non_inferior", 0.02, -0.05, "refuted"),
        ("non_inferior", 0.02, -0.021, "undecided"),
        ("superior", 0.02, 0.05, "supported"),
        ("superior", 0.02, 0.0, "refuted"),
        ("superior", 0.02, 0.021, "undecided"),
    ],
)
def test_differences_are_held_against_the_margin(test, margin, difference, verdict):
    theirs = 0.8 + 0.1 * SPREAD
    part = compared(test, margin, theirs + difference + 0.01 * SPREAD[::-1], theirs)
    assert part["verdict"] == verdict
    assert part["estimate"] == pytest.approx(difference)
    assert part["low"] < part["estimate"] < part["high"]
    assert part["threshold"] == (-margin if test == "non_inferior" else margin)
    assert part["seeds"] == 10
    assert pd.notna(part["seeds_needed"]) == (verdict == "undecided")
    if verdict == "undecided":
        # The normal approximation: power 80 % and confidence 95 %, one-sided,
        # a distance of 0.001 and differences of a hundredth of SPREAD.
        effect = 0.1 / np.std(SPREAD, ddof=1)
        assert part["seeds_needed"] == pytest.approx(((1.645 + 0.842) / effect) ** 2, rel=0.02)


def test_where_lower_is_better_less_is_superior():
    assert compared("superior", 0, 0.1 + 0.01 * SPREAD, 0.3 - SPREAD / 50, "rmse")["verdict"] == (
        "supported"
    )


@pytest.mark.parametrize(
    ("test", "mean", "verdict"),
    [
        ("at_least", 0.99, "supported"),
        ("at_least", 0.9, "refuted"),
        ("at_least", 0.951, "undecided"),
        ("at_most", 0.9, "supported"),
        ("at_most", 0.99, "refuted"),
        ("at_most", 0.951, "undecided"),
    ],
)
def test_means_are_held_against_the_threshold(test, mean, verdict):
    part = judged(asked(test, 0.95), scores(mcc__ours=mean + 0.01 * SPREAD)).iloc[0]
    assert part["verdict"] == verdict
    assert part["estimate"] == pytest.approx(mean)
    assert part["low"] < mean < part["high"]
    assert pd.notna(part["seeds_needed"]) == (verdict == "undecided")


def test_numbers_without_spread_decide_at_once():
    assert judged(asked("at_least", 0.95), scores(mcc__ours=[0.96] * 3))["verdict"].item() == (
        "supported"
    )


@pytest.mark.parametrize(
    ("start", "verdict"), [(0.8, "supported"), (0.1, "refuted"), (0.301, "undecided")]
)
def test_what_is_learned_is_held_against_its_start(start, verdict):
    table = scores(
        spectrum_error__ours=0.3 + 0.02 * SPREAD, spectrum_error_start__ours=[start] * 10
    )
    part = judged(asked("closer_than_start", 0.0, "spectrum_error"), table).iloc[0]
    assert part["verdict"] == verdict
    assert part["estimate"] == pytest.approx(start - 0.3)


def test_what_failed_is_not_judged_by_the_seeds_that_did_not():
    part = compared("superior", 0.0, [0.99] * 9 + [None], [0.5] * 10)
    assert (part["verdict"], part["seeds"]) == ("undecided", 9)
    assert part["reason"] == "ours on gp-equal, 1 of 10 seeds: it broke"
    assert pd.isna(part["seeds_needed"])


def test_what_was_not_run_says_so():
    parts = judged(asked("superior", 0.0, than=("theirs",)), scores(mcc__ours=[0.9] * 3))
    assert parts[["verdict", "reason", "claim_verdict"]].values.tolist() == [
        ["not run", "theirs on gp-equal", "undecided"]
    ]
    parts = judged(asked("at_most", 1.0, "spectrum_error"), scores(mcc__ours=[None] * 3))
    assert parts["verdict"].item() == "undecided"
    assert parts["reason"].item() == "ours on gp-equal has no such score: it broke"


def test_one_seed_decides_nothing():
    part = compared("superior", 0.0, [0.99], [0.5])
    assert (part["verdict"], part["seeds"]) == ("undecided", 1)
    assert "1 seed" in part["reason"]


def test_all_parts_have_to_hold():
    assert claim_verdict(["supported", "supported"]) == "supported"
    assert claim_verdict(["supported", "not run"]) == "undecided"
    assert claim_verdict(["not run", "refuted", "undecided"]) == "refuted"


def cores(**seconds):
    """Rows of cores at lengths 100, 200, …, each twice the one before."""
    return pd.DataFrame(
        [
            {"core": core, "length": 100 * 2**i, "seconds": value, "reason": "too large"}
            for core, values in seconds.items()
            for i, value in enumerate(values)
        ]
    )


def cost(test, **changes):
    sides = {"of": {"core": "ours"}, "than": {"core": "theirs"}, "where": {}}
    return KINDS[test].model_construct(
        **{"test": test, "table": "cores", "quantity": "seconds", "because": "why"}
        | sides
        | changes
    )


def cheaper(table, lengths=(100,)):
    each = {"length": list(lengths)}
    return judged(cost("cheaper", each=each, factor=2.0, resolution=1.2), cores=table)


def test_a_ratio_has_to_be_beyond_what_measurements_resolve():
    table = cores(ours=[1.0, 1.0, 1.0], theirs=[2.5, 1.6, 2.2])
    parts = cheaper(table, [100, 200, 400])
    assert parts["verdict"].tolist() == ["supported", "refuted", "undecided"]
    assert parts["estimate"].tolist() == [2.5, 1.6, 2.2]
    assert parts["where"].tolist() == ["length 100", "length 200", "length 400"]
    assert "repeat" in parts["reason"].iloc[2]
    assert parts["claim_verdict"].iloc[0] == "refuted"


def test_what_was_not_measured_decides_nothing():
    parts = cheaper(cores(ours=[1.0, 0.0, 1.0], theirs=[math.nan, 1.0]), [100, 200, 400])
    assert parts["verdict"].tolist() == ["undecided", "undecided", "not run"]
    assert parts["reason"].tolist() == [
        "core theirs: too large",
        "core ours: below what is resolved",
        "core theirs",
    ]
    assert (
        judged(cost("cheaper", each={"length": [100]}, factor=1.0, resolution=1.0))[
            "verdict"
        ].item()
        == "not run"
    )


def test_a_case_is_one_row():
    table = pd.concat([cores(ours=[1.0], theirs=[2.0])] * 2)
    with pytest.raises(InputError, match="claim C: the table cores has 2 rows of core ours"):
        cheaper(table)
    with pytest.raises(InputError, match="one length of core ours twice"):
        judged(cost("lower_slope"), cores=table)
    with pytest.raises(InputError, match="claim C: the table cores has no column 'sekonds'"):
        judged(cost("lower_slope", quantity="sekonds"), cores=table)


def power(exponent, n=6, scatter=0.0):
    noise = 1 + scatter * (-1.0) ** np.arange(n)
    return (2.0 ** (exponent * np.arange(n)) * noise).tolist()


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (power(1, scatter=0.05), power(3, scatter=0.05), "supported"),
        (power(3, scatter=0.05), power(1, scatter=0.05), "refuted"),
        (power(2, scatter=0.3), power(2.2, scatter=-0.3), "undecided"),
        # Two lengths fit any exponent.
        (power(3, n=3), power(1), "undecided"),
    ],
)
def test_exponents_differ_where_their_intervals_do_not_overlap(ours, theirs, verdict):
    part = judged(cost("lower_slope"), cores=cores(ours=ours, theirs=theirs)).iloc[0]
    assert part["verdict"] == verdict
    assert bool(part["reason"]) == (verdict == "undecided")
