"""Time, counters and row numbers are told from signals, and what their steps say of the rate."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bssbench.readers.sampling import sampling_of
from bssbench.readers.time_columns import time_evidence
from bssbench.readers.time_stamps import seconds_of_stamps

ROW = np.arange(400)
SETTINGS = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": [HealthCheck.function_scoped_fixture],
}


def jittering(spread, seed=0):
    return 0.01 * (ROW + spread * np.random.default_rng(seed).uniform(-0.5, 0.5, len(ROW)))


@settings(max_examples=200, **SETTINGS)
@given(
    start=st.floats(-1e6, 2e9, allow_subnormal=False),
    rate=st.sampled_from([0.5, 1, 50, 128, 250, 1000 / 3, 1000]),
    decimals=st.integers(4, 9),
    length=st.integers(10, 400),
)
def test_evenly_increasing_values_are_time_wherever_they_start(start, rate, decimals, length):
    values = np.round(start + np.arange(length) / rate, decimals)
    assert time_evidence("", values) is not None


@pytest.mark.parametrize(
    "values",
    [ROW, ROW + 13, ROW % 256, (ROW + 77) % 256, np.delete(ROW, [50, 51, 200]), ROW * 4],
)
def test_counters_by_their_values(values):
    assert time_evidence("ch1", values.astype(float)) is not None


@pytest.mark.parametrize(
    "values",
    [
        jittering(0.3),
        1.7e9 + jittering(0.5),
        1.7e12 + np.sort(np.random.default_rng(0).uniform(0, 1e5, 400)).round(),  # in bursts
        np.concatenate([ROW[:200], ROW[200:] + 500]) * 0.01,  # with a gap
    ],
)
def test_time_by_its_values(values):
    assert time_evidence("ch1", values) is not None


@pytest.mark.parametrize(
    "values",
    [
        np.cumsum(np.random.default_rng(0).standard_normal(400)) + ROW,  # a drift with noise
        (ROW / 400.0) ** 2,  # drifts without
        np.exp(ROW / 100),
        np.log(ROW + 1.0),
        np.sin(ROW / 300),
        (ROW % 50).astype(float) * 0.1,  # a sawtooth
        np.sin(ROW / 5),
        np.full(400, 3.0),
        (ROW > 200).astype(float),  # a trigger
        np.floor(ROW / 40),  # a staircase
        np.random.default_rng(0).integers(0, 5, 400).astype(float),
        -ROW.astype(float),
    ],
)
@pytest.mark.parametrize("name", ["", "ch1", "temperature", "reaction time"])
def test_signals_are_no_time(values, name):
    assert time_evidence(name, values) is None


def test_few_rows_prove_nothing():
    assert time_evidence("", np.arange(5.0)) is None
    assert time_evidence("time", np.arange(5.0)) is not None


@pytest.mark.parametrize(
    "name",
    [
        "time",
        "Time (s)",
        "TIME_MS",
        "Timestamp",
        "Sample Index",
        "Unnamed: 0",
        "time:512Hz",
        "Zeit",
    ],
)
def test_names_that_mean_time_whatever_the_values(name):
    assert time_evidence(name, np.sin(ROW)) is not None


@pytest.mark.parametrize("name", ["t", "index", "n", "id", "sec"])
def test_names_that_may_mean_time_need_values_that_increase(name):
    assert time_evidence(name, np.log(ROW + 1.0)) is not None
    assert time_evidence(name, np.sin(ROW)) is None


@pytest.mark.parametrize(
    ("title", "times", "rate"),
    [
        ("time", ROW * 0.004, 250),
        ("time_ms", ROW * 4.0, 250),
        ("time [ms]", ROW * 1.0, 1000),
        ("t (us)", ROW * 1e3, 1000),
        ("minutes", ROW / 60, 1),
        ("time", ROW * 1.0, None),  # sample numbers
        ("time", ROW * 4.0, 250),  # milliseconds, said to be a guess
        ("x", ROW * 4.0, None),
        ("stamp", 1.7e9 + ROW * 0.004, 250),
        ("stamp", 1.7e12 + ROW * 4.0, 250),
        ("stamp", 1.7e18 + ROW * 4e6, 250),
        ("time", np.round(ROW / 1024, 3), 1024),  # rounded: steps of 0 and 1 ms
        ("time", np.floor(ROW / 50), 50),  # whole seconds
        ("time", np.delete(ROW, [7, 90, 91]) * 0.01, 100),
        ("time", jittering(0.4), 100),
    ],
)
def test_the_rate(title, times, rate):
    found = sampling_of(title, times).rate
    if rate is None:
        assert found is None
    else:
        assert found == pytest.approx(rate, rel=0.03)


def test_gaps_jitter_and_ways_back_are_said():
    def said(times):
        return " ".join(sampling_of("time", times).notes)

    assert said(ROW * 0.01) == ""
    gap = np.where(ROW > 100, ROW + 50, ROW) * 0.01
    assert "1 gap, first before row 102: a step of 0.51 instead of 0.01" in said(gap)
    lines = np.arange(400) + 4
    assert "line 105" in " ".join(sampling_of("time", gap, lines=lines).notes)
    assert "vary by" in said(jittering(0.8))
    assert "decreases 1 times, first in row 201" in said((ROW % 200) * 0.01)
    with_hole = ROW * 0.01
    with_hole[[4, 9]] = np.nan
    assert "lacks 2 times, first in row 5" in said(with_hole)
    lost = np.delete(ROW, [300, 301]) % 256
    assert "1 gap" in " ".join(sampling_of("index", lost.astype(float), counter=True).notes)


@pytest.mark.parametrize(
    ("form", "step"),
    [
        ("2020-01-01 00:00:{:06.3f}", 1.0),
        ("2020-01-01T00:00:{:06.3f}Z", 1.0),
        ("00:00:{:06.3f}", 1.0),
        ("1.2.2020 00:00:{:02.0f}", 1.0),
        ("2020/01/01 00:00:{:02.0f}", 1.0),
    ],
)
def test_stamps_become_seconds(form, step):
    seconds = seconds_of_stamps([form.format(row) for row in range(50)])
    assert seconds is not None
    np.testing.assert_allclose(np.diff(seconds), step)


def test_times_of_day_go_on_past_midnight():
    stamps = [
        *(f"23:59:{row}" for row in range(50, 60)),
        *(f"00:00:{row}" for row in range(10, 20)),
    ]
    seconds = seconds_of_stamps(stamps)
    assert seconds is not None
    np.testing.assert_allclose(np.diff(seconds), [1] * 9 + [11] + [1] * 9)


def test_other_text_is_no_stamp():
    assert seconds_of_stamps(["rest", "go"] * 20) is None
    assert seconds_of_stamps(["1.5", "2.5"] * 20) is None
    assert seconds_of_stamps([]) is None
