"""Efficiency: mean bound over mean interference, and what is not told."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from bssbench.statistics.efficiency import summarise_efficiency


def frame(interference, bound, method="sobi", **changes):
    """Return the table of interference of one method on one data set, a row for each seed."""
    count = len(interference)
    bounds = np.broadcast_to(np.asarray(bound, dtype=np.float64), count)
    return pd.DataFrame(
        {
            **{"dataset": "gp-distinct", "method": method, "seed": range(count)},
            **{"interference": interference, "bound": bounds, "bound_kind": "gaussian"},
            **{"within_reach": True, "bound_reason": "", "si_sdr": 20.0, "seconds": 2.0},
            **{"status": "ok", "reason": ""},
        }
        | changes
    )


def only(table):
    (row,) = summarise_efficiency(table).to_dict("records")
    return row


def test_powers_are_averaged_and_not_decibels():
    """Who attains the bound has an efficiency of 0 dB, though its mean of decibels lies above."""
    # What is left of one source in another's estimate has one degree of freedom.
    interference = 1e-2 * stats.chi2(1).ppf((np.arange(400) + 0.5) / 400)
    row = only(frame(interference, 1e-2))
    assert row["efficiency"] == pytest.approx(0.0, abs=0.05)
    assert row["separation"] == pytest.approx(20.0, abs=0.05)
    assert row["bound"] == pytest.approx(20.0)
    excess = -10 * np.log10(interference).mean() - row["separation"]
    assert excess == pytest.approx(5.5, abs=0.1)


def test_against_a_bound_that_does_not_vary_efficiency_is_a_shift_of_separation(rng):
    row = only(frame(1e-2 * rng.chisquare(2, size=8), 5e-3))
    assert row["efficiency"] == pytest.approx(row["separation"] - row["bound"])
    # BCa's acceleration is that of a ratio's logarithm, and not of a mean.
    for end in ("efficiency_low", "efficiency_high"):
        shifted = row[end.replace("efficiency", "separation")] - row["bound"]
        assert row[end] == pytest.approx(shifted, abs=0.3)
    assert row["efficiency_low"] < row["efficiency"] < row["efficiency_high"]


def test_what_bound_and_interference_share_by_seed_widens_no_interval(rng):
    """Seeds are resampled in pairs: a method at half the bound on every seed is known exactly."""
    bound = 1e-2 * rng.chisquare(2, size=8)
    row = only(frame(2 * bound, bound))
    ends = [row[f"efficiency{end}"] for end in ("", "_low", "_high")]
    assert ends == pytest.approx([-10 * np.log10(2)] * 3, abs=1e-6)
    assert row["separation_high"] - row["separation_low"] > 1.0


@pytest.mark.parametrize("bound", [1.5, np.inf, 1e-7, 0.0, np.nan])
def test_no_efficiency_where_nothing_separates_or_all_is_rounding(bound):
    row = only(frame([0.5, 0.4, 0.7], bound))
    assert np.isnan(row["efficiency"])
    assert np.isnan(row["efficiency_low"])
    assert np.isfinite(row["separation"])


def test_exact_interference_is_sixty_decibels():
    row = only(frame([0.0, 1e-9, 0.0], 1e-3))
    assert row["separation"] == 60.0
    assert row["efficiency"] == pytest.approx(30.0)


def test_what_failed_is_counted_and_named():
    bad = {"si_sdr": np.nan, "status": ["timeout", "skipped"]}
    failed = frame([np.nan] * 2, 1e-2, **bad, reason=["out of time", "too large"])
    table = pd.concat([frame([1e-2, 2e-2], 1e-2), failed])
    row = only(table)
    assert (row["n_ok"], row["n_failed"], row["n_seeds"]) == (2, 1, 4)
    assert row["reason"] == "timeout: out of time; skipped: too large"
    # The bound is of the data, whatever ran there.
    assert only(failed)["bound"] == pytest.approx(20.0)
    assert np.isnan(only(failed)["separation"])


def test_one_seed_has_no_interval_and_order_is_kept():
    tables = [frame([1e-2], 1e-3, "b"), frame([1e-3], 1e-3, "a")]
    table = summarise_efficiency(pd.concat(tables))
    assert table["method"].tolist() == ["b", "a"]
    assert table["efficiency"].tolist() == pytest.approx([-10.0, 0.0])
    assert table.filter(regex="_low|_high").isna().all(axis=None)
