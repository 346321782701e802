import numpy as np
import pytest
from scipy.signal import resample_poly

from bssbench.datasets.catalogue import make_dataset
from bssbench.models.sensor_noise import decoder_variances, white_floor
from bssbench.models.time_scales import lag_spacings
from bssbench.models.whitening import whiten

LENGTH = 4000


def floors_of(components):
    return white_floor(components, lag_spacings(components))


def smooth(generator, count):
    """Slow sources of unit variance, which leave the upper frequencies empty."""
    kernel = np.exp(-0.5 * (np.arange(-15, 16) / 4) ** 2)
    noise = generator.standard_normal((count, LENGTH))
    sources = np.stack([np.convolve(row, kernel, "same") for row in noise])
    return sources / sources.std(axis=1, keepdims=True)


@pytest.mark.parametrize("share", [0.003, 0.03, 0.3])
def test_under_smooth_sources_the_noise_is_what_is_found(share):
    generator = np.random.default_rng(0)
    noise = np.sqrt(share) * generator.standard_normal((2, LENGTH))
    components = np.sqrt(1 - share) * smooth(generator, 2) + noise
    # The lowest of thirty estimates of one density is somewhat too low.
    assert floors_of(components[None])[0] == pytest.approx(share, rel=0.35)


def test_it_is_of_the_component_that_has_most_and_of_each_replicate_alone():
    generator = np.random.default_rng(1)
    clean, noise = smooth(generator, 2), generator.standard_normal((2, LENGTH))
    little, much = clean + 0.03 * noise, clean + np.array([[0.03], [0.2]]) * noise
    floors = floors_of(np.stack([little, much]))
    assert floors[0] < 0.002
    assert floors[1] == floors_of(much[None])[0] > 0.02


def test_a_higher_rate_does_not_hide_the_noise():
    generator = np.random.default_rng(3)
    components = smooth(generator, 2) + 0.2 * generator.standard_normal((2, LENGTH))
    faster = resample_poly(components, 4, 1, axis=1)
    assert floors_of(faster[None])[0] == pytest.approx(floors_of(components[None])[0], rel=0.1)


@pytest.mark.parametrize("length", [3, 8, 9])
def test_a_series_too_short_to_tell_from_has_a_floor_all_the_same(length):
    short = np.random.default_rng(4).standard_normal((2, 2, length))
    floors = floors_of(short)
    assert floors.shape == (2,)
    assert (floors >= 0).all()
    assert length > 7 or (floors == 0).all()


def test_white_sources_leave_all_of_the_variance_open():
    white = np.random.default_rng(2).standard_normal((1, 3, LENGTH))
    assert floors_of(white)[0] > 0.6


def test_the_decoders_last_variance_follows_the_noise_between_its_bounds():
    def chosen(components, nonlinear=False):
        return decoder_variances(components, lag_spacings(components), nonlinear)

    few, many = (
        whiten(make_dataset(name, [0], {}).observations, count).components
        for name, count in (("gp-distinct", 3), ("gp-distinct-8", 8))
    )
    iid = whiten(make_dataset("iid-nongaussian", [0], {}).observations, 3).components
    assert chosen(few) == [0.01]
    assert 0.02 < chosen(many)[0] <= 0.05
    # Noise can't be told from sources that fill the band themselves.
    assert chosen(iid) == [0.01]
    noisy = np.random.default_rng(5).standard_normal((2, LENGTH))
    noisy = np.sqrt(0.8) * smooth(np.random.default_rng(6), 2) + np.sqrt(0.2) * noisy
    assert chosen(noisy[None]) == [0.05]
    assert chosen(iid, nonlinear=True) == [0.01]
