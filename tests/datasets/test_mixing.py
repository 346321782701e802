import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.mixing import add_noise, condition_threshold, mixing_matrix, post_nonlinear


@pytest.mark.parametrize(("n_channels", "n_sources"), [(3, 3), (5, 5), (12, 3), (1, 1)])
def test_mixing_matrices_are_normalised_and_well_conditioned(n_channels, n_sources):
    for seed in range(10):
        matrix = mixing_matrix(np.random.default_rng(seed), n_channels, n_sources)
        assert matrix.shape == (n_channels, n_sources)
        np.testing.assert_allclose(np.linalg.norm(matrix, axis=0), 1)
        assert np.linalg.cond(matrix) <= condition_threshold(n_channels, n_sources)


def test_one_random_matrix_in_four_is_well_enough_conditioned(rng):
    matrices = rng.standard_normal((4000, 3, 3))
    matrices /= np.linalg.norm(matrices, axis=1, keepdims=True)
    share = (np.linalg.cond(matrices) <= condition_threshold(3, 3)).mean()
    assert share == pytest.approx(0.25, abs=0.04)


def test_noise_is_the_stated_fraction_of_each_channel(rng):
    signals = rng.standard_normal((3, 20_000)) * np.array([[1.0], [10.0], [0.1]])
    noise = add_noise(rng, signals, 0.2) - signals
    np.testing.assert_allclose(noise.std(axis=1) / signals.std(axis=1), 0.2, rtol=0.03)


def test_linear_data_are_the_mixing_of_their_sources():
    dataset = make_dataset("waveforms", [0, 1], {"noise": 0.0, "length": 300, "n_channels": 6})
    mixed = dataset.sources @ np.swapaxes(dataset.mixing_matrix, 1, 2)
    np.testing.assert_allclose(dataset.observations, mixed, atol=1e-12)


def test_post_nonlinear_distortion_is_invertible_and_not_linear(rng):
    signal = np.sort(rng.standard_normal((1, 500)))
    distorted = post_nonlinear(signal)
    assert np.all(np.diff(distorted) > 0)
    assert np.corrcoef(signal, distorted)[0, 1] < 0.99
