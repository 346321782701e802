import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bssbench.statistics.comparisons import compare_with_best
from bssbench.statistics.sample_size import fewest_seeds, seeds_for_difference

# Darwin's differences of heights of cross- and self-fertilised maize, in eighths of an inch. R's
# wilcox.test says V = 96, p = 0.04126.
DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]


def table(values, dataset="d", score="si_sdr"):
    """Scores of methods, a list of each."""
    return pd.DataFrame(
        [
            (dataset, method, seed, score, value, "failed" if np.isnan(value) else "ok", "")
            for method, sample in values.items()
            for seed, value in enumerate(sample)
        ],
        columns=["dataset", "method", "seed", "score", "value", "status", "reason"],
    )


def compared(values, **where):
    return compare_with_best(table(values, **where)).set_index("method")


def test_wilcoxons_test_agrees_with_r():
    differences = np.array(DARWIN) / 1000
    found = compared({"cross": 0.5 + differences, "self": np.full(15, 0.5)}).loc["self"]
    assert found["p"] == pytest.approx(0.04126, abs=5e-6)
    assert found["mean_difference"] == pytest.approx(-differences.mean())
    assert found["low"] < found["mean_difference"] < found["high"]


def test_holms_correction_within_a_data_set():
    """With ten pairs p is 2 (1 + number of lesser rank sums) / 2¹⁰; Holm's factors are 3, 2, 1."""
    best = np.full(10, 0.9)
    steps = np.arange(1, 11) / 1000
    signs = {name: np.ones(10) for name in "abc"}
    signs["b"][0] = -1
    signs["c"][:4] = -1
    found = compared({"best": best} | {name: best - steps * sign for name, sign in signs.items()})
    assert found.loc["a", "p"] == pytest.approx(2 / 1024)
    assert found.loc["b", "p"] == pytest.approx(4 / 1024)
    assert found.loc["a", "p_holm"] == pytest.approx(3 * found.loc["a", "p"])
    assert found.loc["b", "p_holm"] == pytest.approx(2 * found.loc["b", "p"])
    assert found.loc["c", "p_holm"] == pytest.approx(found.loc["c", "p"])
    assert found["indistinguishable"].to_dict() == {"a": False, "b": False, "c": True}
    assert found["seeds_needed"].notna().to_dict() == {"a": False, "b": False, "c": True}


@pytest.mark.parametrize(("family", "decidable"), [(25, True), (26, False)])
def test_with_ten_seeds_no_more_than_25_comparisons_can_be_decided(family, decidable):
    best = np.linspace(0.9, 1.0, 10)
    others = {f"m{number}": best - 0.1 * np.arange(1, 11) for number in range(family)}
    found = compared({"best": best} | others)
    assert found["decidable"].eq(decidable).all()
    assert (found["p_holm"].max() < 0.05) == decidable


def test_controls_are_no_candidates_and_chance_is_not_compared():
    found = compared({"oracle": [1.0, 1.0], "random": [0.9, 0.8], "a": [0.5, 0.6], "b": [0.3, 0.2]})
    assert set(found["best"]) == {"a"}
    assert list(found.index) == ["oracle", "b"]


def test_best_is_the_highest_median_of_those_whose_seeds_are_missing_least():
    values = {"lucky": [0.99, np.nan, np.nan], "a": [0.1, 0.6, 0.6], "b": [0.5, 0.5, 0.5]}
    found = compared(values)
    assert set(found["best"]) == {"a"}
    assert found["n_pairs"].to_dict() == {"lucky": 1, "b": 3}
    assert found["n_missing"].to_dict() == {"lucky": 2, "b": 0}


def test_a_method_that_failed_is_told_apart_by_no_test():
    found = compared({"a": [0.5, 0.6], "b": [0.4, 0.5], "c": [np.nan, np.nan]}).loc["c"]
    assert found["n_missing"] == 2
    assert np.isnan(found["p"])
    assert not found["indistinguishable"]


def test_a_single_pair_says_nothing():
    """As of two deterministic methods on a recording, which have one row each."""
    found = compared({"a": [0.6], "b": [0.5], "c": [0.6]})
    assert found["p"].to_dict() == {"b": 1.0, "c": 1.0}
    assert found["indistinguishable"].all()


def test_data_sets_are_families_of_their_own():
    values = {"a": np.linspace(0.5, 0.9, 10), "b": np.linspace(0.3, 0.8, 10)}
    alone = compare_with_best(table(values))
    other = table({"x": np.ones(10), **values, "y": np.zeros(10)}, dataset="e")
    both = compare_with_best(pd.concat([table(values), other]))
    pd.testing.assert_frame_equal(both[both["dataset"] == "d"], alone)


def test_other_scores_than_the_headline_are_not_compared():
    assert compare_with_best(table({"a": [0.5, 0.6], "b": [0.4, 0.5]}, score="amari")).empty


def test_seeds_needed_find_the_difference_in_four_of_five_experiments(rng):
    observed = pd.Series(rng.normal(size=8))
    observed = 0.5 + (observed - observed.mean()) / observed.std()
    needed = seeds_for_difference(observed, 0.01)
    values = rng.normal(0.5, 1.0, size=(500, needed))
    assert 0.75 <= np.mean(stats.wilcoxon(values, axis=1).pvalue < 0.01) <= 0.85


def test_no_number_of_seeds_finds_a_difference_of_zero():
    assert seeds_for_difference(pd.Series([0.5, -0.5]), 0.05) is None
    assert seeds_for_difference(pd.Series([0.5]), 0.05) is None


def test_a_sure_difference_needs_as_many_seeds_as_wilcoxons_test_has_p_values():
    assert fewest_seeds(0.05) == 6
    assert seeds_for_difference(pd.Series([1.0, 1.0, 1.0]), 0.05 / 8) == fewest_seeds(0.05 / 8) == 9
