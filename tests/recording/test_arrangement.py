import numpy as np
import pytest

from bssbench.recording.arrangement import arrange


@pytest.fixture
def mixture(rng):
    """Sources of unlike scales and what they make: (time, channel)."""
    sources = rng.laplace(size=(3000, 3)) * [1.0, 20.0, 0.1]
    mixing = np.array([[1.0, 0.1, -2.0], [0.5, -0.02, 1.0], [-1.0, 0.05, 4.0], [0.2, 0.1, 3.0]])
    return sources, sources @ mixing.T


def test_explained_variance_decides_the_order_and_sums_up(mixture):
    sources, observations = mixture
    arranged = arrange(sources, observations, np.ones(4))
    assert (np.diff(arranged.explained) < 0).all()
    # Correlated by chance alone, so that the sum is nearly the whole.
    assert arranged.explained.sum() == pytest.approx(1.0, abs=0.05)


def test_scale_and_sign_follow_the_convention(mixture):
    sources, observations = mixture
    arranged = arrange(sources, observations, np.ones(4))
    assert arranged.sources.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert arranged.sources.std(axis=0) == pytest.approx(1)
    relative = arranged.mixing_matrix / observations.std(axis=0)[:, None]
    largest = np.abs(relative).argmax(axis=0)
    assert (relative[largest, range(3)] > 0).all()


def test_order_sign_and_scale_of_the_method_make_no_difference(mixture):
    sources, observations = mixture
    one = arrange(sources, observations, np.ones(4))
    other = arrange(sources[:, [2, 0, 1]] * [-3.0, 1e6, -0.1] + 5.0, observations, np.ones(4))
    assert other.sources == pytest.approx(one.sources)
    assert other.mixing_matrix == pytest.approx(one.mixing_matrix)


def test_the_matrices_are_in_the_units_of_the_file(mixture):
    """The file's channels come back from sources, and sources from the file's channels."""
    sources, observations = mixture
    unmixing = np.linalg.pinv(observations - observations.mean(0)) @ (sources - sources.mean(0))
    scale = np.array([1.0, 1e6, 1e-3, 7.0])
    arranged = arrange(sources, observations, scale, unmixing.T, np.array([0.1, 0.2, 0.3]))
    file = observations * scale
    centred = file - file.mean(axis=0)
    assert arranged.sources @ arranged.mixing_matrix.T / scale == pytest.approx(centred / scale)
    assert centred @ arranged.unmixing_matrix.T == pytest.approx(arranged.sources)
    deviations = sources.std(axis=0)
    assert arranged.uncertainty == pytest.approx(
        (np.array([0.1, 0.2, 0.3]) / deviations)[arranged.order]
    )


def test_a_source_that_is_silent_explains_nothing(mixture):
    sources, observations = mixture
    silent = np.column_stack([np.zeros(len(sources)), sources[:, 1:]])
    arranged = arrange(silent, observations, np.ones(4))
    assert arranged.explained[-1] == 0
    assert (arranged.sources[:, -1] == 0).all()
