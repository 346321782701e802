import numpy as np
import pytest
from scipy import stats

from bssbench.statistics.intervals import (
    Interval,
    mean_interval,
    mean_intervals,
    mean_lower_bound,
    mean_upper_bound,
    median_interval,
    median_intervals,
)


def test_intervals_cover_the_truth_about_as_often_as_they_say(rng):
    """Of skewed values, too; the bootstrap is known to fall somewhat short for small samples."""
    values = rng.exponential(size=(300, 20))
    for intervals, truth in ((mean_intervals, 1.0), (median_intervals, np.log(2))):
        low, high = intervals(values).T
        assert 0.88 <= np.mean((low <= truth) & (truth <= high)) <= 0.98


def test_the_mean_of_many_values_has_students_interval(rng):
    values = rng.standard_normal(400)
    student = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    found = mean_interval(values)
    width = student.high - student.low
    np.testing.assert_allclose([found.low, found.high], student, atol=0.05 * width)


def test_one_sided_bounds_are_the_ends_of_an_interval_with_twice_the_error(rng):
    values = rng.exponential(size=20)
    both = mean_interval(values, 0.9)
    assert mean_lower_bound(values, 0.95) == pytest.approx(both.low)
    assert mean_upper_bound(values, 0.95) == pytest.approx(both.high)


@pytest.mark.parametrize("interval", [mean_interval, median_interval])
def test_equal_values_have_an_interval_without_width(interval):
    assert interval([0.1] * 10) == Interval(0.1, 0.1)


@pytest.mark.parametrize("interval", [mean_interval, median_interval])
@pytest.mark.parametrize("values", [[], [0.5]])
def test_fewer_than_two_values_have_no_interval(interval, values):
    assert np.isnan([interval(values).low, interval(values).high]).all()


def test_an_interval_depends_on_its_values_alone(rng):
    values = rng.random((7, 10))
    for many, one in ((mean_intervals, mean_interval), (median_intervals, median_interval)):
        alone = [(one(row).low, one(row).high) for row in values]
        np.testing.assert_array_equal(many(values), alone)


def test_where_bca_degenerates_there_still_is_an_interval():
    values = [0.0] * 9 + [1e-200]
    with np.errstate(all="ignore"), pytest.warns(stats.DegenerateDataWarning):
        assert np.isnan(stats.bootstrap((values,), np.mean, rng=0).confidence_interval.low)
    found = mean_interval(values)
    assert 0 <= found.low < 1e-201 < found.high < 1e-200
