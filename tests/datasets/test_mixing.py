import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.families import load_family
from bssbench.datasets.mixing import (
    add_noise,
    add_outliers,
    condition_threshold,
    distort,
    mixing_matrix,
    standardised,
)
from bssbench.errors import InputError
from bssbench.randomness import generator, random_rotation


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


@pytest.mark.parametrize(
    ("n_channels", "n_sources", "condition"),
    [(3, 3, 1), (2, 2, 7), (3, 3, 30), (8, 8, 1000), (12, 3, 30)],
)
def test_a_condition_number_is_reached_with_columns_of_unit_norm(n_channels, n_sources, condition):
    drawn = [
        mixing_matrix(np.random.default_rng(seed), n_channels, n_sources, condition)
        for seed in range(10)
    ]
    for matrix in drawn:
        assert matrix.shape == (n_channels, n_sources)
        np.testing.assert_allclose(np.linalg.norm(matrix, axis=0), 1)
        np.testing.assert_allclose(np.linalg.cond(matrix), condition, rtol=1e-6)
    assert np.abs(drawn[0] - drawn[1]).max() > 0.1


def test_the_id_says_the_condition_number():
    dataset = make_dataset("gp-distinct-cond30-m5-t50", [0, 1], {})
    np.testing.assert_allclose(np.linalg.cond(dataset.mixing_matrix), 30, rtol=1e-6)
    assert dataset.parameters["condition"] == 30


@pytest.mark.parametrize("value", [0.0, 0.1])
def test_a_source_that_never_moves_is_one_clear_line(value, rng):
    signals = np.stack([rng.standard_normal(50), np.full(50, value)])
    with pytest.raises(InputError, match="constant over all 50 samples"):
        standardised(signals)


def test_outliers_are_the_stated_share_of_samples_and_ten_deviations_of_their_channel(rng):
    signals = rng.standard_normal((3, 20_000)) * np.array([[1.0], [10.0], [0.1]])
    errors = add_outliers(rng, signals, 2) - signals
    hit = np.abs(errors) > 1e-9
    assert hit.any(axis=0).sum() == hit.sum() == 400
    np.testing.assert_allclose(hit.mean(axis=1), 0.02 / 3, rtol=0.25)
    sizes = errors / signals.std(axis=1, keepdims=True)
    np.testing.assert_allclose(np.abs(sizes[hit]), 10)
    assert abs((sizes[hit] > 0).mean() - 0.5) < 0.1


def test_outliers_have_a_stream_of_their_own():
    name = "gp-distinct-noise20-outliers5-t100"
    dataset = make_dataset(name, [7], {})
    clean = dataset.sources[0] @ dataset.mixing_matrix[0].T
    noisy = add_noise(generator(0, name, "noise", 7), clean.T, 0.2)
    observed = add_outliers(generator(0, name, "outliers", 7), noisy, 5)
    np.testing.assert_allclose(dataset.observations[0].T, observed, atol=1e-12)
    assert dataset.parameters["outliers"] == 5


def test_noise_is_the_stated_fraction_of_each_channel(rng):
    signals = rng.standard_normal((3, 20_000)) * np.array([[1.0], [10.0], [0.1]])
    noise = add_noise(rng, signals, 0.2) - signals
    np.testing.assert_allclose(noise.std(axis=1) / signals.std(axis=1), 0.2, rtol=0.03)


def test_linear_data_are_the_mixing_of_their_sources():
    dataset = make_dataset("waveforms-m6-noise0-t300", [0, 1], {})
    mixed = dataset.sources @ np.swapaxes(dataset.mixing_matrix, 1, 2)
    np.testing.assert_allclose(dataset.observations, mixed, atol=1e-12)


def test_post_nonlinear_distortion_is_invertible_and_not_linear(rng):
    signal = np.sort(rng.standard_normal((1, 500)))
    distorted = distort(rng, signal, "post-nonlinear")
    assert np.all(np.diff(distorted) > 0)
    assert np.corrcoef(signal, distorted)[0, 1] < 0.99


@pytest.mark.parametrize("n_layers", [1, 2, 5])
def test_every_layer_can_be_inverted(n_layers, rng):
    signals = rng.standard_normal((4, 300))
    mixed = distort(np.random.default_rng(1), signals, f"mlp-{n_layers}")
    same = np.random.default_rng(1)
    for rotation in reversed([random_rotation(same, 4) for _ in range(n_layers)]):
        unrotated = rotation.T @ mixed
        mixed = np.where(unrotated > 0, unrotated, unrotated / 0.3)
    np.testing.assert_allclose(mixed, standardised(signals), atol=1e-9)


def test_layers_are_not_linear(rng):
    signals = standardised(rng.standard_normal((3, 2000)))
    for mixing in ("mlp-1", "mlp-2"):
        mixed = distort(np.random.default_rng(0), signals, mixing)
        fit = np.linalg.lstsq(signals.T, mixed.T - mixed.mean(axis=1), rcond=None)[0]
        residual = mixed.T - mixed.mean(axis=1) - signals.T @ fit
        assert residual.var() > 0.01 * mixed.var()


@pytest.mark.parametrize("mixing", ["", "-post-nonlinear", "-mlp-1"])
def test_a_data_set_is_a_function_of_its_own_streams(mixing):
    name = f"gp-distinct{mixing}-m4-t60"
    dataset = make_dataset(name, [7], {})
    sources, mixer, noise = (generator(0, name, axis, 7) for axis in ("sources", "mixing", "noise"))
    paths = standardised(load_family("gp-distinct")().sample(sources, 3, 60))
    channels = distort(mixer, mixing_matrix(mixer, 4, 3) @ paths, mixing.strip("-") or "linear")
    np.testing.assert_array_equal(dataset.observations[0].T, add_noise(noise, channels, 0.05))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gp-distinct", -0.6233803800770561),
        ("ar-laplace-distinct", 1.2435710561545603),
        ("ar-laplace-equal", -0.9892602165171207),
        ("waveforms", 1.325253264577778),
        ("iid-nongaussian", -0.978055678876988),
        ("gp-equal", 0.7955699666845258),
        ("gp-distinct-post-nonlinear", -0.7087305000179922),
        ("regime-ar", 3.6129443726929034),
        ("gp-tp", 1.2283031482202245),
        ("gp-distinct-5-mlp-1-m6-noise20", 0.320996027262484),
    ],
)
def test_data_sets_stay_what_they_were(name, expected):
    # Values of former versions: a new family, mixing or part of an id changes no other data.
    dataset = make_dataset(name, [0], {})
    assert dataset.observations[0, 500, 0] == pytest.approx(expected, rel=1e-6)
    # Nor what a file says of them.
    assert not dataset.parameters.keys() & {"condition", "outliers"}


@pytest.mark.parametrize(
    ("name", "fraction"),
    [
        ("iid-nongaussian", 0.05),
        ("iid-nongaussian-noise20", 0.2),
        ("iid-nongaussian-noise0", 0.0),
        ("gp-tp", np.sqrt(0.15)),
        ("gp-tp-noise5", 0.05),
    ],
)
def test_the_id_says_the_noise(name, fraction):
    dataset = make_dataset(f"{name}-t20000", [0], {})
    clean = dataset.sources[0] @ dataset.mixing_matrix[0].T
    noise = dataset.observations[0] - clean
    np.testing.assert_allclose(noise.std(0), fraction * clean.std(0), rtol=0.03, atol=1e-12)
    assert dataset.parameters["noise"] == pytest.approx(fraction)
