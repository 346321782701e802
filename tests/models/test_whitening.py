import numpy as np
import pytest
from scipy.signal import lfilter, resample

from bssbench.errors import InputError
from bssbench.models.time_scales import (
    half_decay_lags,
    lag_spacings,
    lags_up_to,
    longest_significant_lags,
    spread,
)
from bssbench.models.whitening import whiten


def test_components_are_uncorrelated_and_are_the_stated_map(rng):
    observations = rng.standard_normal((4, 200, 6)) @ rng.standard_normal((4, 6, 6)) + 3.0
    whitened = whiten(observations, 4)
    assert whitened.components.shape == (4, 4, 200)
    for components, whitening, channels in zip(
        whitened.components, whitened.whitening, observations, strict=True
    ):
        np.testing.assert_allclose(np.cov(components, bias=True), np.eye(4), atol=1e-10)
        mapped = whitening @ (channels - channels.mean(0)).T
        np.testing.assert_allclose(mapped, components, atol=1e-10)


def test_other_observations_get_the_same_coordinates(rng):
    observations = rng.standard_normal((2, 300, 4)) * [1.0, 5.0, 0.1, 1e3] + 7.0
    whitened = whiten(observations[:, :200], 3)
    np.testing.assert_allclose(
        whitened.apply(observations[:, :200]), whitened.components, atol=1e-10
    )
    rest = whitened.apply(observations[:, 200:])
    assert rest.shape == (2, 3, 100)
    # Nothing is fitted to them: half of them have the same coordinates.
    np.testing.assert_allclose(whitened.apply(observations[:, 200:250]), rest[..., :50])


def test_units_make_no_difference(rng):
    observations = rng.standard_normal((1, 300, 3)) @ rng.standard_normal((3, 3))
    units = np.array([1e-6, 1.0, 1e9])
    expected, found = whiten(observations, 3), whiten(observations * units, 3)
    np.testing.assert_allclose(found.components, expected.components, atol=1e-8)
    np.testing.assert_allclose(found.whitening * units, expected.whitening, rtol=1e-6)


def test_the_strongest_directions_are_kept(rng):
    sources = rng.standard_normal((500, 2))
    observations = sources @ rng.standard_normal((2, 8)) + 1e-3 * rng.standard_normal((500, 8))
    components = whiten(observations[None], 2).components[0]
    explained = np.linalg.lstsq(components.T, sources - sources.mean(0), rcond=None)[1]
    assert (explained < 1e-2).all()


def test_dependent_channels_are_rejected(rng):
    two = rng.standard_normal((1, 100, 2))
    three = np.concatenate([two, two.sum(-1, keepdims=True)], axis=-1)
    with pytest.raises(InputError, match="fewer than 3 independent directions"):
        whiten(three, 3)


def test_half_decay_lags_are_those_of_the_fastest_and_slowest_source(rng):
    """Of AR(1) sources the autocorrelation is φ^lag, so half of it is lost at log ½ / log φ."""
    sources = np.zeros((2, 3, 50_000))
    coefficients = np.array([0.6, 0.9, 0.97])
    noise = rng.standard_normal(sources.shape)
    for t in range(1, sources.shape[-1]):
        sources[..., t] = coefficients * sources[..., t - 1] + noise[..., t]
    mixed = rng.standard_normal((2, 3, 3)) @ sources
    lags = half_decay_lags(whiten(np.swapaxes(mixed, 1, 2), 3).components)
    expected = np.log(0.5) / np.log(coefficients[[0, -1]])
    np.testing.assert_allclose(lags, np.broadcast_to(expected, (2, 2)), rtol=0.1)


def test_a_slow_source_is_timed_between_the_lags_looked_at():
    """Beyond 64 lags few are looked at; a cosine of period 1,200 is half correlated at 200."""
    wave = np.cos(2 * np.pi * np.arange(60_000) / 1200 + 0.3)[None, :, None]
    assert half_decay_lags(whiten(wave, 1).components)[0, 0] == pytest.approx(200, rel=0.01)


def test_a_trend_never_decays_and_has_the_longest_lag_there_is():
    components = whiten(np.linspace(0, 1, 100)[None, :, None] ** 3, 1).components
    assert half_decay_lags(components)[0, 1] <= 25


def band_limited(rng, highest, length=20_000):
    """Three Gaussian series without power above `highest`, in cycles per sample."""
    spectrum = np.fft.rfft(rng.standard_normal((1, 3, length)))
    spectrum[..., np.fft.rfftfreq(length) > highest] = 0.0
    return np.fft.irfft(spectrum, length)


def test_of_white_noise_every_sample_counts(rng):
    assert lag_spacings(rng.standard_normal((3, 2, 1000))) == [1, 1, 1]


def test_what_is_sampled_four_times_as_fast_has_four_times_the_spacing(rng):
    white = rng.standard_normal((2, 3, 2000))
    assert lag_spacings(resample(white, 8000, axis=-1)) == [4, 4]


@pytest.mark.parametrize("highest", [0.25, 0.1, 0.05, 0.02])
def test_lags_are_half_a_period_of_the_highest_frequency_apart(highest, rng):
    series = band_limited(rng, highest)
    (spacing,) = lag_spacings(series)
    assert spacing == pytest.approx(0.5 / highest, rel=0.2)
    assert lag_spacings(1e6 * series) == [spacing]


def test_a_little_noise_of_the_sensors_makes_every_sample_count(rng):
    series = band_limited(rng, 0.05)
    noisy = series / series.std() + 0.1 * rng.standard_normal(series.shape)
    assert lag_spacings(noisy) == [1]


def test_a_series_that_hardly_moves_has_a_spacing_still():
    series = np.zeros((1, 1, 1000))
    series[..., -1] = 1.0
    (spacing,) = lag_spacings(series)
    assert 1 <= spacing <= 128


@pytest.fixture
def autoregressions(rng):
    """Forty pairs of independent AR(1) of 2,000 samples, autocorrelation one half at lag 6.6."""
    innovations = rng.standard_normal((40, 2, 3000))
    return lfilter([1.0], [1.0, -0.9], innovations, axis=-1)[..., 1000:]


def white(series):
    return whiten(np.swapaxes(series, 1, 2), series.shape[1]).components


def test_the_longest_significant_lag_is_where_a_pair_is_as_correlated_by_chance(autoregressions):
    """The formula's standard error is what independent series show, and the lag where 0.9^lag is
    two of it."""
    first, second = np.swapaxes(autoregressions / autoregressions.std(-1, keepdims=True), 0, 1)
    by_chance = np.array([(first[:, : 2000 - lag] * second[:, lag:]).mean(1) for lag in range(200)])
    expected = np.log(2 * by_chance.std()) / np.log(0.9)
    found = longest_significant_lags(white(autoregressions))
    assert np.median(found) == pytest.approx(expected, rel=0.15)


def test_what_is_sampled_faster_has_significant_lags_in_proportion(autoregressions):
    slow = longest_significant_lags(white(autoregressions))
    fast = longest_significant_lags(white(np.repeat(autoregressions, 4, axis=-1)))
    np.testing.assert_allclose(fast / 4, slow, rtol=0.15)


def test_a_longer_series_tells_of_longer_lags_and_the_shortest_of_a_half_decay(autoregressions):
    lags = [
        np.median(longest_significant_lags(white(autoregressions[..., :length])))
        for length in (40, 400, 2000)
    ]
    assert 2 <= lags[0] < lags[1] < lags[2]
    trend = np.linspace(0.0, 1.0, 100)[None, None]
    # Half of a trend is never lost, so it has the longest half-decay lag there is.
    assert longest_significant_lags(white(trend))[0] == int(half_decay_lags(white(trend))[0, 1])
    assert longest_significant_lags(np.array([[[1.0, -1.0] * 20]]))[0] == 1


def test_lags_are_dense_at_first_and_few_for_a_long_trend():
    assert lags_up_to(1) == [1]
    assert lags_up_to(64) == list(range(1, 65))
    many = np.array(lags_up_to(1_000_000))
    assert len(many) < 300
    assert many[-1] > 0.95e6
    assert (np.diff(many) <= np.maximum(1, 0.06 * many[1:])).all()


def test_values_are_spread_geometrically():
    np.testing.assert_allclose(spread(np.array([[1.0, 16.0]]), 3), [[1, 4, 16]])
    np.testing.assert_allclose(spread(np.array([[1.0, 16.0], [4.0, 9.0]]), 1), [[4], [6]])
