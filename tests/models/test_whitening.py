import numpy as np
import pytest

from bssbench.errors import InputError
from bssbench.models.time_scales import half_decay_lags, spread
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


def test_dependent_channels_are_refused(rng):
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


def test_values_are_spread_geometrically():
    np.testing.assert_allclose(spread(np.array([[1.0, 16.0]]), 3), [[1, 4, 16]])
    np.testing.assert_allclose(spread(np.array([[1.0, 16.0], [4.0, 9.0]]), 1), [[4], [6]])
