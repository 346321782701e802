"""The number of sources by the eigenvalues, where it is known."""

import numpy as np
import pytest
from scipy.signal import lfilter

from bssbench.paper.eigenvalue_picture import draw_eigenvalues
from bssbench.preparation import Remedies, prepare, suggested_n_sources


@pytest.fixture
def counted(as_table):
    """Return a function that counts the sources of observations."""
    return lambda values: suggested_n_sources(prepare(as_table(values), Remedies(), None))


@pytest.mark.parametrize("noise", [0.02, 0.1])
@pytest.mark.parametrize("n_sources", [2, 3, 5])
def test_sources_above_white_noise_are_counted(mixture, counted, n_sources, noise):
    right = 0
    for seed in range(5):
        _, observations = mixture(
            n_channels=8, n_sources=n_sources, length=1500, noise=noise, seed=seed
        )
        count = counted(observations)
        right += count.number == n_sources
        if count.number == n_sources:
            below, above = count.eigenvalues[n_sources], count.eigenvalues[n_sources - 1]
            assert below < count.threshold < above
    assert right >= 4


def test_noise_that_is_not_white_is_still_alike(mixture, counted):
    _, observations = mixture(n_channels=8, n_sources=3, noise=0)
    generator = np.random.default_rng(1)
    noise = lfilter([1], [1, -0.7], generator.standard_normal(observations.shape), axis=0)
    assert counted(observations + 0.05 * noise).number == 3


@pytest.mark.parametrize("seed", range(3))
def test_without_noise_every_channel_counts(mixture, counted, seed):
    _, observations = mixture(n_channels=4, n_sources=4, noise=0, seed=seed)
    count = counted(observations)
    assert count.number == 4
    assert count.threshold is None


def test_without_noise_more_channels_make_no_more_sources(mixture, counted):
    _, observations = mixture(n_channels=7, n_sources=3, noise=0)
    count = counted(observations)
    assert (count.number, count.rank) == (3, 3)


def test_an_average_reference_is_no_gap_of_sources(mixture, counted):
    _, observations = mixture(n_channels=8, n_sources=3, noise=0.05)
    referenced = np.round(observations - observations.mean(axis=1, keepdims=True), 3)
    assert counted(referenced).number == 3


def test_nothing_speaks_for_a_number_of_unrelated_noises(counted):
    generator = np.random.default_rng(2)
    white = generator.standard_normal((3000, 6))
    for noises in (white, lfilter([1], [1, -0.6], white, axis=0)):
        count = counted(noises)
        assert count.number is None
        assert count.reason


def test_units_and_order_of_channels_make_no_difference(mixture, counted):
    _, observations = mixture(n_channels=6, n_sources=3)
    count = counted(observations)
    other = counted(observations[:, ::-1] * np.logspace(-6, 6, 6))
    assert other.number == count.number
    np.testing.assert_allclose(other.eigenvalues, count.eigenvalues, rtol=1e-6)


def test_the_picture_shows_all_eigenvalues_and_the_threshold(mixture, counted):
    _, observations = mixture(n_channels=6, n_sources=3)
    count = counted(observations)
    (axes,) = draw_eigenvalues(count).axes
    drawn = {float(y) for line in axes.lines for y in np.atleast_1d(line.get_ydata())}
    assert drawn >= {*count.eigenvalues.tolist(), count.threshold}
    assert axes.get_title() == "sources: 3"
    nothing = counted(np.random.default_rng(3).standard_normal((3000, 4)))
    assert draw_eigenvalues(nothing).axes[0].get_title() == "sources: no number"
