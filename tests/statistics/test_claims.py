"""Verdicts that follow from tables whose verdicts are known."""

import math

import numpy as np
import pandas as pd
import pytest

from bssbench.errors import InputError
from bssbench.methods import method_names
from bssbench.statistics.claims import claim_verdict, judge_claims
from bssbench.statistics.claims_file import (
    Claim,
    ClaimsFile,
    CloserThanStart,
    Comparison,
    Level,
)

SPREAD = np.linspace(-1, 1, 10)
KINDS = {
    "non_inferior": Comparison,
    "superior": Comparison,
    "at_least": Level,
    "at_most": Level,
    "closer_than_start": CloserThanStart,
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


def judged(*tests, table=None, plain=None, **costs):
    claim = Claim.model_construct(name="C", tests=tests)
    file = ClaimsFile.model_construct(plain=plain or {}, claims=(claim,))
    return judge_claims(file, scores(mcc__other=[1.0]) if table is None else table, costs)


def asked(test, bound, score="mcc", than=(), methods=("ours",), datasets=("gp-equal",)):
    kind = KINDS[test]
    bounds = {"threshold" if kind is Level else "margin": bound}
    other = {"than": than} if kind is Comparison else {}
    return kind.model_construct(
        **{"test": test, "score": score, "datasets": datasets, "methods": tuple(methods)},
        **bounds,
        **other,
        because="why",
    )


def compared(test, margin, ours, theirs, score="mcc"):
    table = scores(**{f"{score}__ours": ours, f"{score}__theirs": theirs})
    return judged(asked(test, margin, score, ("theirs",)), table=table).iloc[0]


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
    part = judged(asked(test, 0.95), table=scores(mcc__ours=mean + 0.01 * SPREAD)).iloc[0]
    assert part["verdict"] == verdict
    assert part["estimate"] == pytest.approx(mean)
    assert part["low"] < mean < part["high"]
    assert pd.notna(part["seeds_needed"]) == (verdict == "undecided")


def test_numbers_without_spread_decide_at_once():
    assert judged(asked("at_least", 0.95), table=scores(mcc__ours=[0.96] * 3))[
        "verdict"
    ].item() == ("supported")


@pytest.mark.parametrize(
    ("start", "verdict"), [(0.8, "supported"), (0.1, "refuted"), (0.301, "undecided")]
)
def test_what_is_learned_is_held_against_its_start(start, verdict):
    table = scores(
        spectrum_error__ours=0.3 + 0.02 * SPREAD, spectrum_error_start__ours=[start] * 10
    )
    part = judged(asked("closer_than_start", 0.0, "spectrum_error"), table=table).iloc[0]
    assert part["verdict"] == verdict
    assert part["estimate"] == pytest.approx(start - 0.3)


def test_what_failed_is_not_judged_by_the_seeds_that_did_not():
    part = compared("superior", 0.0, [0.99] * 9 + [None], [0.5] * 10)
    assert (part["verdict"], part["seeds"]) == ("undecided", 9)
    assert part["reason"] == "ours on gp-equal, 1 of 10 seeds: it broke"
    assert pd.isna(part["seeds_needed"])


def test_what_was_not_run_says_so():
    table = scores(mcc__ours=[0.9] * 3)
    parts = judged(asked("superior", 0.0, than=("sobi",)), table=table)
    assert parts[["verdict", "reason", "claim_verdict"]].values.tolist() == [
        ["not run", "sobi on gp-equal", "undecided"]
    ]
    parts = judged(asked("at_most", 1.0, "spectrum_error"), table=scores(mcc__ours=[None] * 3))
    assert parts["verdict"].item() == "undecided"
    assert parts["reason"].item() == "ours on gp-equal has no such score: it broke"


def test_a_pattern_names_points_of_a_sweep_and_each_of_them_counts():
    one, other = scores(mcc__ours=0.9 + 0.01 * SPREAD), scores(mcc__ours=0.5 + 0.01 * SPREAD)
    table = pd.concat(
        [one.assign(dataset="near/gap=0.1,noise=0"), other.assign(dataset="near/gap=0.4,noise=0")]
    )
    both = asked("at_least", 0.8, datasets=("near/*,noise=0",))
    assert list(judged(both, table=table)["where"]) == list(table["dataset"].unique())
    assert set(judged(both, table=table)["claim_verdict"]) == {"depends"}
    single = asked("at_least", 0.8, datasets=("near/gap=0.1,*",))
    assert set(judged(single, table=table)["claim_verdict"]) == {"supported"}


def test_points_that_were_not_run_are_named_by_their_pattern():
    table = scores(mcc__ours=[0.9, 0.9])
    found = judged(asked("at_least", 0.8, datasets=("near/gap=0.2,*",)), table=table)
    assert list(found["verdict"]) == ["not run"]
    assert list(found["where"]) == ["near/gap=0.2,*"]


def test_a_method_is_known_to_the_package_or_to_the_scores():
    table = scores(mcc__ours=[0.9] * 3)
    judged(asked("at_least", 0.5), asked("at_least", 0.5, methods=method_names()), table=table)
    with pytest.raises(InputError, match=r"^claim C: unknown method 'our'; did you mean 'ours'\?$"):
        judged(asked("at_least", 0.5, methods=("our",)), table=table)
    with pytest.raises(InputError, match=r"^plain: unknown method 'ours-plane'"):
        judged(asked("at_least", 0.5), table=table, plain={"ours": "ours-plane"})


def test_one_seed_decides_nothing():
    part = compared("superior", 0.0, [0.99], [0.5])
    assert (part["verdict"], part["seeds"]) == ("undecided", 1)
    assert "1 seed" in part["reason"]


def verdict(p_supported=math.nan, **cases):
    """The verdict on a claim with these parts, by where they are: s, r, u or n each."""
    words = {"s": "supported", "r": "refuted", "u": "undecided", "n": "not run"}
    rows = [(where, words[letter]) for where, found in cases.items() for letter in found]
    parts = pd.DataFrame(rows, columns=["where", "verdict"])
    return claim_verdict(parts.assign(p_supported=p_supported))


def test_all_parts_have_to_hold():
    assert verdict(a="ss", b="s") == "supported"
    assert verdict(a="ss", b="sn") == verdict(a="u") == "undecided"
    assert verdict(a="nru") == verdict(a="r", b="u") == "refuted"


def test_a_claim_depends_where_it_holds_on_some_data_and_is_refuted_on_others():
    assert verdict(a="ss", b="sr", c="u") == "depends"
    # That it holds somewhere may be chance where it is asked in many places.
    assert verdict(a="s", b="r", c="u", p_supported=[0.01, 1.0, 0.5]) == "depends"
    assert verdict(a="s", b="r", c="u", p_supported=[0.04, 1.0, 0.5]) == "refuted"
    assert verdict(a="s", b="s", p_supported=0.04) == "supported"
    # On no data all parts hold.
    assert verdict(a="sr") == verdict(a="sr", b="su") == "refuted"


def test_one_sentence_is_judged_of_plain_methods_as_well():
    table = scores(mcc__ours=0.99 + SPREAD / 1000, mcc__bare=0.8 + SPREAD / 100)
    parts = judged(asked("at_least", 0.95), table=table, plain={"ours": "bare"})
    assert parts[["reading", "of", "claim_verdict", "part"]].values.tolist() == [
        ["improved", "ours", "supported", 1],
        ["plain", "bare", "refuted", 1],
    ]
    # Who is compared with is as plain.
    parts = judged(
        asked("superior", 0.0, methods=("sobi",), than=("ours",)),
        table=table,
        plain={"ours": "bare"},
    )
    assert parts["than"].tolist() == ["ours", "bare"]
    # What is about none of them has one reading.
    parts = judged(asked("at_least", 0.95), table=table, plain={"skr-vae": "vae"})
    assert parts["reading"].tolist() == ["improved"]


# One-sided p-values above .01 and below it.
@pytest.mark.parametrize(("distance", "refuted"), [(0.025, False), (0.04, True)])
def test_a_part_among_many_is_refuted_by_holms_correction(distance, refuted):
    """Of five equal parts, each p-value counts five times."""
    names = [f"method{number}" for number in range(5)]
    values = 0.95 - distance + 0.06 * SPREAD
    alone = judged(asked("at_least", 0.95, methods=names[:1]), table=scores(mcc__method0=values))
    assert alone["verdict"].item() == "refuted"
    assert alone["p_holm"].item() == alone["p_refuted"].item()
    table = scores(**{f"mcc__{name}": values for name in names})
    parts = judged(asked("at_least", 0.95, methods=names), table=table)
    np.testing.assert_allclose(parts["p_holm"], 5 * alone["p_refuted"].item())
    assert (parts["p_holm"] < 0.05).all() == refuted
    assert set(parts["verdict"]) == {"refuted" if refuted else "undecided"}
    assert all("Holm" in reason for reason in parts["reason"]) != refuted
    # A part that holds is no matter of chance: it counts as one more, and takes nothing away.
    table = pd.concat([table, scores(mcc__good=1 - SPREAD**2 / 1000)])
    parts = judged(asked("at_least", 0.95, methods=[*names, "good"]), table=table)
    assert parts["verdict"].iloc[-1] == "supported"


def test_three_seeds_decide_what_is_far_from_the_threshold_alone():
    """Of three values a bootstrap never leaves their range, and Student's t does."""
    near = judged(asked("at_least", 0.95), table=scores(mcc__ours=[0.96, 0.97, 0.99])).iloc[0]
    assert near["low"] > 0.95 > near["t_low"]
    assert near["verdict"] == "undecided"
    assert near["reason"] == "ours on gp-equal: bounds by bootstrap and by Student's t disagree"
    assert near["seeds_needed"] > 3
    far = judged(asked("at_least", 0.8), table=scores(mcc__ours=[0.96, 0.97, 0.99])).iloc[0]
    assert (far["verdict"], far["reason"]) == ("supported", "")


def test_decibels_are_held_against_a_margin_of_one():
    theirs = 20 + 3 * SPREAD
    for difference, expected in ((-0.5, "supported"), (-2.0, "refuted"), (-1.01, "undecided")):
        part = compared("non_inferior", 1, theirs + difference + 0.3 * SPREAD, theirs, "si_sdr")
        assert part["verdict"] == expected
