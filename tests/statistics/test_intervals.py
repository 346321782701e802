import numpy as np
import pytest
from scipy import stats

from bssbench.statistics.intervals import mean_intervals, median_intervals

both_kinds = pytest.mark.parametrize("intervals", [mean_intervals, median_intervals])


def test_intervals_cover_the_truth_about_as_often_as_they_say(rng):
    """Of skewed values, too; the bootstrap is known to fall somewhat short for small samples."""
    values = rng.exponential(size=(300, 20))
    for intervals, truth in ((mean_intervals, 1.0), (median_intervals, np.log(2))):
        low, high = intervals(values).T
        assert 0.88 <= np.mean((low <= truth) & (truth <= high)) <= 0.98


def test_the_mean_of_many_values_has_students_interval(rng):
    values = rng.standard_normal(400)
    student = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    width = student.high - student.low
    np.testing.assert_allclose(mean_intervals([values])[0], student, atol=0.05 * width)


def test_one_sided_bounds_miss_as_often_at_one_end_as_an_interval_at_both(rng):
    """The mean of many values has Student's bounds."""
    values = rng.standard_normal(400)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.90)
    found = mean_intervals([values], "greater")[0, 0], mean_intervals([values], "less")[0, 1]
    np.testing.assert_allclose(found, (low, high), atol=0.05 * (high - low))


@both_kinds
def test_equal_values_have_an_interval_without_width(intervals):
    np.testing.assert_array_equal(intervals([np.full(10, 0.1)]), [[0.1, 0.1]])


@both_kinds
@pytest.mark.parametrize("values", [[], [0.5]])
def test_fewer_than_two_values_have_no_interval(intervals, values):
    assert np.isnan(intervals([np.array(values)])).all()


@both_kinds
def test_an_interval_depends_on_its_values_alone(rng, intervals):
    values = rng.random((7, 10))
    alone = [intervals([row])[0] for row in values]
    np.testing.assert_array_equal(intervals(values), alone)


def test_where_bca_degenerates_there_still_is_an_interval():
    values = np.array([0.0] * 9 + [1e-200])
    with np.errstate(all="ignore"), pytest.warns(stats.DegenerateDataWarning):
        assert np.isnan(stats.bootstrap((values,), np.mean, rng=0).confidence_interval.low)
    low, high = mean_intervals([values])[0]
    assert 0 <= low < 1e-201 < high < 1e-200
