import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bssbench.statistics.ranks import rank_methods

MEDIANS = {
    "gp-distinct": {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.6, "oracle": 1.0, "random": 0.1},
    "waveforms": {"a": 0.9, "b": 0.8, "c": 0.8, "d": 0.6, "oracle": 1.0, "random": 0.1},
    "gp-equal": {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4},
    "gp-equal-5": {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4},
    "gp-distinct-5": {"a": 0.1, "b": 0.2, "c": 0.3, "d": 0.4},
    "regime-ar": {"a": 0.7, "b": 0.8, "c": 0.9, "d": 0.6},
    "gp-distinct-mlp-1": {"a": 0.7, "b": 0.8, "c": 0.9},
    "gp-distinct-mlp-2": {"a": 0.7, "b": 0.8, "c": 0.9, "d": np.nan},
    "modal-frame": {"a": 0.1, "b": 0.2, "c": 0.3},
}


def table(medians):
    return pd.DataFrame(
        [
            (
                dataset,
                method,
                seed,
                "si_sdr",
                median + shift,
                "failed" if np.isnan(median) else "ok",
            )
            for dataset, values in medians.items()
            for method, median in values.items()
            for seed, shift in enumerate((-0.05, 0.0, 0.02))
        ],
        columns=["dataset", "method", "seed", "score", "value", "status"],
    )


@pytest.fixture
def rankings():
    return rank_methods(table(MEDIANS))


def test_mean_ranks_are_over_data_sets_and_equals_share_theirs(rankings):
    linear, both = rankings
    assert linear.mean_ranks.to_dict() == pytest.approx(
        {"a": 5 / 3, "b": (2 + 2.5 + 2) / 3, "c": (3 + 2.5 + 1) / 3, "d": 4}
    )
    assert list(linear.ranks.columns) == ["gp-distinct", "waveforms", "regime-ar"]
    assert list(both.ranks.columns) == [
        *linear.ranks.columns,
        "gp-distinct-mlp-1",
        "gp-distinct-mlp-2",
    ]


def test_what_is_left_out_is_told(rankings):
    linear, both = rankings
    assert linear.left_out_datasets == {
        "gp-equal": "a negative control",
        "gp-equal-5": "a negative control",
        "gp-distinct-5": "of the family and mixing of gp-distinct",
        "gp-distinct-mlp-1": "nonlinear mixing",
        "gp-distinct-mlp-2": "nonlinear mixing",
        "modal-frame": "a recording",
    }
    assert linear.left_out_methods == {"oracle": "a control", "random": "a control"}
    assert both.left_out_methods["d"] == "no result on gp-distinct-mlp-1, gp-distinct-mlp-2"
    assert "d" not in both.ranks.index


def test_friedmans_statistic_is_that_of_its_formula():
    """Without ties 12 / (N k (k + 1)) · ΣR² − 3 N (k + 1), of rank sums R."""
    chosen = {name: MEDIANS[name] for name in ("gp-distinct", "regime-ar")}
    (ranking,) = rank_methods(table(chosen))
    sums = ranking.ranks.sum(axis=1)
    expected = 12 / (2 * 4 * 5) * (sums**2).sum() - 3 * 2 * 5
    assert ranking.statistic == pytest.approx(expected)
    assert ranking.p == pytest.approx(stats.chi2.sf(expected, 3))


def test_the_critical_difference_is_demsars(rankings):
    """Demšar (2006), table 5: q = 2.569 for four methods."""
    linear, _ = rankings
    assert linear.critical_difference == pytest.approx(2.569 * np.sqrt(4 * 5 / (6 * 3)), rel=1e-3)


def test_ranks_that_differ_critically_are_those_nemenyis_test_tells_apart():
    names = ["gp-distinct", "waveforms", "regime-ar", "gp-tp", "iid-nongaussian"]
    (ranking,) = rank_methods(table(dict.fromkeys(names, MEDIANS["gp-distinct"])))
    apart = np.abs(np.subtract.outer(*[ranking.mean_ranks.to_numpy()] * 2))
    told = ranking.p_values.to_numpy() < 0.05
    np.testing.assert_array_equal(told, apart > ranking.critical_difference)
    assert told.any()


def test_one_data_set_or_two_methods_are_not_ranked():
    assert rank_methods(table({"waveforms": MEDIANS["waveforms"]})) == []
    pair = {"a": 0.1, "b": 0.2, "oracle": 1.0}
    assert rank_methods(table({"waveforms": pair, "gp-tp": pair})) == []
