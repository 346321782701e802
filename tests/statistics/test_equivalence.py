"""The Bayesian signed-rank test: its laws, its exact values and what it says of rankings."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bssbench.statistics.equivalence import COLUMNS, compare_pairs, signed_rank_probabilities
from bssbench.statistics.ranks import rank_methods


def probabilities(*differences, equivalent=1.0, seed=0):
    generator = np.random.default_rng(seed)
    return signed_rank_probabilities(np.array(differences, float), equivalent, generator)


def test_probabilities_are_of_three_outcomes_and_swap_with_the_methods(rng):
    differences = rng.normal(1.0, 3.0, size=(5, 9))
    found = probabilities(*differences)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert np.all((found > 0) & (found < 1))
    np.testing.assert_array_equal(probabilities(*-differences), found[:, ::-1])


def test_equal_generators_give_equal_probabilities(rng):
    differences = rng.normal(1.0, 2.0, size=(3, 7))
    np.testing.assert_array_equal(probabilities(*differences), probabilities(*differences))
    other = probabilities(*differences, seed=1)
    np.testing.assert_allclose(other, probabilities(*differences), atol=0.02)


def test_a_clear_winner_is_better_and_equals_are_equivalent():
    winner, equal, close = probabilities([10.0] * 12, [0.0] * 12, [0.9, -0.9] * 6)
    assert winner[0] > 0.99
    assert equal.tolist() == close.tolist() == [0, 1, 0]


def test_more_data_sets_make_it_surer():
    few, many = (probabilities([2.5, 3.0, 0.5] * n)[0, 0] for n in (2, 8))
    assert many > few > 0.5


def test_without_data_sets_the_prior_says_equivalent():
    assert probabilities([]).tolist() == [[0, 1, 0]]


@pytest.mark.parametrize(
    ("difference", "outweighed"), [(3.0, np.sqrt(0.5)), (1.5, 1 - np.sqrt(0.5))]
)
def test_one_data_set_has_its_closed_form(difference, outweighed):
    """The prior's weight w is Beta(1/2, 1), and its pair with itself is equivalent.

    A difference of more than twice the region is outside it on average with the prior's zero, too:
    better is likelier if w² < 1/2. Less than twice is outside on its own: if (1 − w)² > 1/2.
    """
    expected = stats.beta.cdf(outweighed, 0.5, 1.0)
    (found,) = probabilities([difference])
    assert found == pytest.approx([expected, 1 - expected, 0], abs=0.012)


def test_agrees_with_sums_over_pairs_of_weights(rng):
    """The published sum, one draw and one pair of data sets after the other."""
    differences = rng.normal(0.5, 1.5, size=4)
    (found,) = probabilities(differences)
    values = [0.0, *differences]
    wins = np.zeros(3)
    for weights in np.random.default_rng(0).dirichlet([0.5, 1, 1, 1, 1], 20_000)[:3000]:
        shares = np.zeros(3)
        for one, its in zip(values, weights, strict=True):
            for other, others in zip(values, weights, strict=True):
                mean = (one + other) / 2
                shares[0 if mean > 1 else 2 if mean < -1 else 1] += its * others
        wins[shares.argmax()] += 1
    np.testing.assert_allclose(found, wins / 3000, atol=0.03)


def test_pairs_are_of_the_medians_that_are_ranked():
    shifts = {"far": 0.0, "close": 0.5, "best": 1.0, "behind": -20.0}
    datasets = ["gp-distinct", "waveforms", "regime-ar", "gp-tp", "iid-nongaussian"]
    scores = pd.DataFrame(
        [
            (name, method, 0, "si_sdr", 20 + number + shift, "ok")
            for number, name in enumerate(datasets)
            for method, shift in shifts.items()
        ],
        columns=["dataset", "method", "seed", "score", "value", "status"],
    )
    pairs = compare_pairs(rank_methods(scores))
    assert list(pairs.columns) == list(COLUMNS)
    assert list(pairs["method"] + " " + pairs["other"]) == [
        *("best close", "best far", "best behind", "close far", "close behind", "far behind")
    ]
    found = pairs.set_index(["method", "other"])
    assert found.loc[("best", "close"), "p_equivalent"] == 1
    assert found.loc[("far", "behind"), "p_better"] > 0.95
    assert found["p_worse"].eq(0).all()
    assert found["n_datasets"].eq(5).all()


def test_nothing_ranked_has_no_pairs():
    assert compare_pairs([]).empty
    assert list(compare_pairs([]).columns) == list(COLUMNS)
