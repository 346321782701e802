import math

import numpy as np
import pytest

from bssbench.statistics.scaling import fit_scaling

LENGTHS = [256, 512, 1024, 2048, 4096, 8192, 16384]


@pytest.mark.parametrize("slope", [1.0, 2.0, 2.9])
def test_a_power_law_is_recovered_whatever_the_order(slope):
    lengths = LENGTHS[::-1]
    fitted = fit_scaling(lengths, [1e-6 * length**slope for length in lengths])
    assert fitted.slope == pytest.approx(slope)
    assert fitted.high - fitted.low < 1e-9


def test_the_interval_covers_as_often_as_it_says(rng):
    covered = 0
    for _ in range(400):
        noise = np.exp(0.1 * rng.standard_normal(6))
        # The smallest size is overhead by the rule, whatever the noise.
        times = [1e-9, *(1e-9 * np.array(LENGTHS[1:]) ** 2 * noise)]
        fitted = fit_scaling(LENGTHS, times)
        assert fitted.n_sizes == 6
        covered += fitted.low <= 2.0 <= fitted.high
    # 380 are expected; the binomial's standard deviation is 4.4.
    assert 362 <= covered <= 398


def test_overhead_is_left_out():
    times = [1e-3 + 1e-9 * length**2 for length in LENGTHS]
    fitted = fit_scaling(LENGTHS, times)
    assert fitted.first == 4096
    assert fitted.slope > 1.9
    everything = np.polyfit(np.log(LENGTHS), np.log(times), 1)[0]
    assert everything < 1.4


def test_two_sizes_have_a_slope_but_no_interval_and_one_has_none():
    fitted = fit_scaling([10, 100, 1000], [1.0, 10.0, 100.0])
    assert (fitted.n_sizes, fitted.first) == (2, 100)
    assert fitted.slope == pytest.approx(1.0)
    assert math.isnan(fitted.low)
    assert math.isnan(fitted.high)
    assert fit_scaling([10, 100], [1.0, 1.0]) is None
    assert fit_scaling([10], [1.0]) is None
    assert fit_scaling([], []) is None
