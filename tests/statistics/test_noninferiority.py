import numpy as np
import pandas as pd
import pytest

from bssbench.statistics.noninferiority import judge_noninferiority

SPREAD = np.array([-2, -1, -0.5, 0, 0, 0.5, 1, 2, 0.7, -0.7])


def judged(mean, spread, margin=0.02, n=10):
    return judge_noninferiority(pd.Series(mean + spread * SPREAD[:n]), margin)


@pytest.mark.parametrize(
    ("mean", "spread", "verdict"),
    [
        (0.0, 0.01, "supported"),
        (-0.01, 0.005, "supported"),
        (0.1, 0.05, "supported"),
        (-0.1, 0.02, "refuted"),
        (-0.02, 0.01, "undecided"),
        (0.0, 0.1, "undecided"),
        (0.0, 0.0, "supported"),
        (-0.25, 0.0, "refuted"),
    ],
)
def test_the_verdict_follows_from_mean_and_spread(mean, spread, verdict):
    found = judged(mean, spread)
    assert found.verdict == verdict
    assert found.lower <= found.mean <= found.upper
    if verdict != "undecided":
        assert found.seeds_needed is None


def test_a_smaller_margin_is_never_easier():
    order = ["refuted", "undecided", "supported"]
    verdicts = [order.index(judged(-0.02, 0.02, margin).verdict) for margin in (0, 0.02, 0.04)]
    assert verdicts == [0, 1, 2]


def test_seeds_needed_grow_with_the_variance():
    few, many = judged(0.0, 0.05).seeds_needed, judged(0.0, 0.1).seeds_needed
    assert few > 10
    assert many / few == pytest.approx(4, rel=0.1)


def test_as_many_seeds_as_needed_settle_it_in_four_of_five_experiments(rng):
    observed = pd.Series(0.05 * SPREAD)
    needed = judge_noninferiority(observed, 0.02).seeds_needed
    samples = rng.normal(observed.mean(), observed.std(), size=(100, needed))
    verdicts = [judge_noninferiority(pd.Series(row), 0.02).verdict for row in samples]
    assert 68 <= verdicts.count("supported") <= 92


def test_exactly_on_the_margin_no_number_of_seeds_will_do():
    found = judge_noninferiority(pd.Series([-0.25, -0.75]), 0.5)
    assert (found.verdict, found.seeds_needed) == ("undecided", None)


@pytest.mark.parametrize("values", [[], [0.5]])
def test_without_two_pairs_nothing_is_decided(values):
    found = judge_noninferiority(pd.Series(values, dtype=float), 0.02)
    assert (found.verdict, found.n_pairs, found.seeds_needed) == ("undecided", len(values), None)


@pytest.mark.parametrize("mean", [-0.05, -0.035, -0.034, -0.02, 0.0])
def test_the_p_value_and_the_bound_by_t_say_the_same(mean):
    """Student's test and interval are two sides of one law, at its level of 5 %."""
    found = judged(mean, 0.025)
    assert (found.p_refuted < 0.05) == (found.t_upper < -0.02)
    assert found.t_upper - found.mean == pytest.approx(found.mean - found.t_lower)


def test_three_values_on_the_margin_are_refuted_no_oftener_than_the_level_says(rng):
    """By bootstrap alone they are in every eighth case: three values know too little of spread."""
    found = [judge_noninferiority(pd.Series(row), 0.0) for row in rng.normal(size=(300, 3))]
    assert np.mean([own.upper < 0 for own in found]) > 0.1
    assert np.mean([own.verdict == "refuted" for own in found]) < 0.08


def test_equal_values_have_bounds_that_are_the_value():
    for mean, p_refuted in ((0.25, 1.0), (-0.5, 1.0), (-0.75, 0.0)):
        found = judge_noninferiority(pd.Series([mean] * 3), 0.5)
        assert found.lower == found.upper == found.t_lower == found.t_upper == mean
        assert found.p_refuted == p_refuted
