import numpy as np
import pandas as pd
import pytest

from bssbench.scores.measures.matching import DECIBEL_LIMIT
from bssbench.statistics.chance import chance_level
from bssbench.statistics.intervals import mean_intervals, median_intervals
from bssbench.statistics.summary import summarise


def rows(values, status="ok", reason="", method="m"):
    return [("d", method, seed, "mcc", value, status, reason) for seed, value in enumerate(values)]


def frame(records):
    names = ["dataset", "method", "seed", "score", "value", "status", "reason"]
    return pd.DataFrame(records, columns=names)


def test_median_and_quartiles_are_numpys(rng):
    values = rng.random(11)
    summary = summarise(frame(rows(values))).iloc[0]
    expected = np.percentile(values, [50, 25, 75])
    found = summary[["median", "lower_quartile", "upper_quartile"]].to_list()
    np.testing.assert_allclose(found, expected)
    assert (summary["n_ok"], summary["n_seeds"], summary["reason"]) == (11, 11, "")


def test_missing_values_are_counted_with_their_reasons():
    records = [
        *rows([0.5, 0.7]),
        ("d", "m", 2, "mcc", np.nan, "failed", "diverged"),
        ("d", "m", 3, "mcc", np.nan, "failed", "diverged"),
        ("d", "m", 4, "mcc", np.nan, "timeout", "too long"),
    ]
    summary = summarise(frame(records)).iloc[0]
    assert (summary["n_ok"], summary["n_seeds"]) == (2, 5)
    assert summary["median"] == pytest.approx(0.6)
    assert summary["n_failed"] == 3
    assert summary["reason"] == "failed: diverged; timeout: too long"


def test_what_is_skipped_has_not_failed():
    summary = summarise(frame(rows([np.nan] * 3, "skipped", "no truth"))).iloc[0]
    assert (summary["n_ok"], summary["n_failed"], summary["n_seeds"]) == (0, 0, 3)
    assert np.isnan(summary["mean_low"])


def test_each_row_has_the_intervals_of_its_own_values(rng):
    values = {name: rng.random(size) for name, size in {"a": 10, "b": 3, "c": 10, "d": 1}.items()}
    records = [row for name, sample in values.items() for row in rows(sample, method=name)]
    for row in summarise(frame(records)).itertuples():
        own = [values[row.method]]
        np.testing.assert_array_equal([[row.mean_low, row.mean_high]], mean_intervals(own))
        np.testing.assert_array_equal([[row.median_low, row.median_high]], median_intervals(own))


def test_the_order_of_methods_is_kept():
    summary = summarise(frame(rows([1.0], method="z") + rows([1.0], method="a")))
    assert summary["method"].to_list() == ["z", "a"]


def test_chance_for_three_sources_is_high():
    np.testing.assert_allclose(chance_level(3, "mcc"), [0.69, 0.82, 0.96], atol=0.012)


def test_chance_falls_with_the_number_of_sources():
    for score, perfect in (("mcc", 1.0), ("si_sdr", DECIBEL_LIMIT)):
        medians = [chance_level(n, score)[1] for n in (1, 2, 3, 5, 8)]
        assert medians[0] == perfect
        assert np.all(np.diff(medians) < 0)


def test_chance_for_two_sources_agrees_with_the_integral():
    """A rotation by an angle φ has MCC max(|cos φ|, |sin φ|): its median is that of φ = π/8."""
    assert chance_level(2, "mcc")[1] == pytest.approx(np.cos(np.pi / 8), abs=0.005)
    decibels = [20 * np.log10(1 / np.tan(share * np.pi / 4)) for share in (0.95, 0.5, 0.05)]
    assert chance_level(2) == pytest.approx(decibels, rel=0.05)
