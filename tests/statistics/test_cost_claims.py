"""Verdicts on costs, from measurements whose verdicts are known."""

import math

import numpy as np
import pandas as pd
import pytest

from bssbench.errors import InputError
from bssbench.statistics.claims import judge_claims
from bssbench.statistics.claims_file import Cheaper, Claim, ClaimsFile, LowerSlope

KINDS = {"cheaper": Cheaper, "lower_slope": LowerSlope}


def judged(*tests, **costs):
    """Judge one claim by costs alone."""
    claim = Claim.model_construct(name="C", tests=tests)
    file = ClaimsFile.model_construct(plain={}, claims=(claim,))
    nothing = pd.DataFrame(columns=["dataset", "method", "seed", "score", "value", "status"])
    return judge_claims(file, nothing, costs)


# What processes differ by, and a trend that takes no side.
DISTURBED = [1.0, 1.02, 0.97, 1.01, 1.3]


def cores(rounds=DISTURBED, **seconds):
    """Rows of cores at lengths 100, 200, …, each twice the one before, in rounds."""
    return pd.DataFrame(
        [
            {
                **{"core": core, "length": 100 * 2**i, "round": number},
                **{"seconds": value * factor, "reason": "too large"},
            }
            for number, factor in enumerate(rounds)
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
    return judged(cost("cheaper", each={"length": list(lengths)}, factor=2.0), cores=table)


def unequal(table, spread=0.1):
    """Let the rounds disagree about `theirs`."""
    factors = 1 + spread * np.array([-1.0, 1.0, 0.0, -0.5, 0.5])
    change = np.where(table["core"] == "theirs", factors[table["round"]], 1.0)
    return table.assign(seconds=table["seconds"] * change)


def test_a_ratio_is_decided_where_rounds_agree_on_it():
    table = unequal(cores(ours=[1.0, 1.0, 1.0], theirs=[2.5, 1.6, 2.02]))
    parts = cheaper(table, [100, 200, 400])
    assert parts["verdict"].tolist() == ["supported", "refuted", "undecided"]
    np.testing.assert_allclose(parts["estimate"], [2.5, 1.6, 2.02], rtol=0.01)
    assert (parts["low"] < parts["estimate"]).all()
    assert (parts["high"] > parts["estimate"]).all()
    assert parts["where"].tolist() == ["length 100", "length 200", "length 400"]
    assert "measure it more often" in parts["reason"].iloc[2]
    assert parts["claim_verdict"].iloc[0] == "depends"


def test_what_slows_both_down_does_not_count():
    part = cheaper(cores(ours=[1.0], theirs=[2.1])).iloc[0]
    assert part["verdict"] == "supported"
    assert part["high"] - part["low"] < 1e-9


def test_few_rounds_decide_nothing_whatever_they_say():
    table = cores(ours=[1.0], theirs=[50.0])
    lacking = table[(table["round"] < 4) | (table["core"] == "ours")]
    part = cheaper(lacking).iloc[0]
    assert part["verdict"] == "undecided"
    assert part["estimate"] == pytest.approx(50)
    assert part["reason"] == "4 processes measured both, and 5 are needed"
    part = judged(cost("lower_slope"), cores=cores([1.0] * 4, ours=power(1), theirs=power(3)))
    assert part["verdict"].item() == "undecided"


def test_what_was_not_measured_decides_nothing():
    table = cores(ours=[1.0, 0.0, 1.0], theirs=[math.nan, 1.0])
    parts = cheaper(table, [100, 200, 400])
    assert parts["verdict"].tolist() == ["undecided", "undecided", "not run"]
    assert parts["reason"].tolist() == [
        "core theirs: too large",
        "core ours: below what is resolved",
        "core theirs",
    ]
    not_run = judged(cost("cheaper", each={"length": [100]}, factor=1.0))
    assert not_run["verdict"].item() == "not run"


def test_a_case_has_one_row_in_a_round():
    table = pd.concat([cores(ours=[1.0], theirs=[2.0])] * 2)
    with pytest.raises(InputError, match="claim C: the table cores has several rows of core ours"):
        cheaper(table)
    with pytest.raises(InputError, match="one length of core ours twice in one round"):
        judged(cost("lower_slope"), cores=table)
    with pytest.raises(InputError, match="claim C: the table cores has no column 'sekonds'"):
        judged(cost("lower_slope", quantity="sekonds"), cores=table)


def power(exponent, n=6):
    return (2.0 ** (exponent * np.arange(n))).tolist()


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        (power(1, n=8), power(3, n=8), "supported"),
        (power(3, n=8), power(1, n=8), "refuted"),
        (power(2), power(2), "undecided"),
        # Above overhead, they have two lengths in common.
        (power(1), power(3, n=5), "undecided"),
    ],
)
def test_exponents_differ_where_rounds_agree_on_which_is_lower(ours, theirs, verdict):
    table = unequal(cores(ours=ours, theirs=theirs))
    # Longer series weigh more on the slope: there the rounds disagree more.
    bent = (table["length"] / 100) ** (0.05 * (table["round"] - 2) * (table["core"] == "theirs"))
    part = judged(cost("lower_slope"), cores=table.assign(seconds=table["seconds"] * bent)).iloc[0]
    assert part["verdict"] == verdict
    assert bool(part["reason"]) == (verdict == "undecided")


def test_exponents_are_of_the_same_lengths():
    """A curve that bends is not compared where the other was not measured."""
    bending = [1.0, 10.0, 100.0, 1000.0, 1e6, 1e9]
    part = judged(cost("lower_slope"), cores=cores(ours=bending, theirs=[1.0, 10.0, 100.0, 1000.0]))
    assert part["estimate"].item() == pytest.approx(0.0, abs=1e-9)


def test_a_cost_is_of_methods_that_there_are():
    with pytest.raises(InputError, match=r"^claim C: unknown method 'gpvae'"):
        judged(cost("lower_slope", than={"method": "gpvae"}), cores=cores(ours=[1.0]))
