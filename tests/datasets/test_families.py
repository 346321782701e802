import numpy as np
import pytest
from scipy.stats import kurtosis

from bssbench.datasets.catalogue import dataset_names, dataset_shape, make_dataset
from bssbench.datasets.families import family_names, load_family
from bssbench.errors import InputError

GENERATED = [name for name in dataset_names() if name != "modal-frame"]


def autocorrelation(signals, lag):
    """Of signals (…, time) of zero mean and unit variance."""
    return (signals[..., lag:] * signals[..., : signals.shape[-1] - lag]).mean(-1)


@pytest.mark.parametrize("name", GENERATED)
def test_sources_are_standardised_and_the_shape_is_the_one_announced(name):
    dataset = make_dataset(name, [0, 1], {"length": 200})
    shape = dataset_shape(name, {"length": 200})
    assert dataset.observations.shape == (2, 200, shape.n_channels)
    assert dataset.sources.shape == (2, 200, shape.n_sources)
    np.testing.assert_allclose(dataset.sources.mean(1), 0, atol=1e-12)
    np.testing.assert_allclose(dataset.sources.std(1), 1)
    assert (dataset.mixing == "nonlinear") == shape.nonlinear


@pytest.mark.parametrize("name", GENERATED)
def test_a_replicate_does_not_depend_on_the_others(name):
    alone = make_dataset(name, [3], {"length": 100})
    together = make_dataset(name, [1, 3, 5], {"length": 100})
    np.testing.assert_array_equal(alone.observations[0], together.observations[1])
    np.testing.assert_array_equal(alone.sources[0], together.sources[1])


def test_seeds_root_seeds_and_data_sets_give_different_numbers():
    draws = [
        make_dataset("gp-equal", [0], {"length": 50}).sources,
        make_dataset("gp-equal", [1], {"length": 50}).sources,
        make_dataset("gp-equal", [0], {"length": 50}, root_seed=1).sources,
        make_dataset("gp-equal-post-nonlinear", [0], {"length": 50}).sources,
    ]
    for i, first in enumerate(draws):
        for second in draws[i + 1 :]:
            assert np.abs(first - second).max() > 0.1


@pytest.mark.parametrize("length_scale", [2.0, 10.0, 40.0])
def test_gaussian_processes_have_the_covariance_they_claim(length_scale):
    family = load_family("gp-equal")(length_scale=length_scale)
    paths = family.sample(np.random.default_rng(0), 4000, 130)
    for lag in (0, 1, int(length_scale), 3 * int(length_scale)):
        products = paths[:, lag] * paths[:, 0]
        expected = np.exp(-0.5 * (lag / length_scale) ** 2)
        assert products.mean() == pytest.approx(expected, abs=4 * products.std() / np.sqrt(4000))


@pytest.mark.parametrize("length", [16, 45, 1000])
def test_gaussian_processes_longer_than_the_series_are_exact_too(length):
    family = load_family("gp-equal")(length_scale=40.0)
    paths = family.sample(np.random.default_rng(1), 3000, length)
    # Were the circulant too short, the ends would be correlated.
    products = paths[:, 0] * paths[:, -1]
    expected = np.exp(-0.5 * ((length - 1) / 40.0) ** 2)
    assert products.mean() == pytest.approx(expected, abs=4 * products.std() / np.sqrt(3000))


def test_autoregressions_have_their_coefficient_and_laplace_innovations():
    family = load_family("ar-laplace-distinct")()
    for source, coefficient in zip(
        family.sample(np.random.default_rng(0), 3, 100_000),
        family.laws(3)["coefficient"],
        strict=True,
    ):
        innovations = source[1:] - coefficient * source[:-1]
        assert autocorrelation(innovations / innovations.std(), 1) == pytest.approx(0, abs=0.02)
        assert kurtosis(innovations) == pytest.approx(3.0, abs=0.3)


def test_white_sources_are_white_and_not_gaussian():
    dataset = make_dataset("iid-nongaussian", [0], {"length": 50_000, "n_sources": 5})
    sources = dataset.sources[0].T
    assert np.abs(autocorrelation(sources, 1)).max() < 0.02
    laplace, uniform, exponential, student, again = kurtosis(sources, axis=1)
    assert laplace == pytest.approx(3, abs=0.5)
    assert uniform == pytest.approx(-1.2, abs=0.1)
    assert exponential == pytest.approx(6, abs=1.5)
    assert student > 1
    assert again == pytest.approx(3, abs=0.5)


def test_waveforms_keep_their_periods_apart():
    family = load_family("waveforms")()
    for seed in range(20):
        periods = np.sort(family._periods(np.random.default_rng(seed), 5))
        assert periods[0] >= 15
        assert periods[-1] <= 150
        assert (periods[1:] / periods[:-1]).min() >= 1.2
    with pytest.raises(InputError, match="too many"):
        dataset_shape("waveforms", {"n_sources": 9})


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("ar-laplace-equal", {"coefficient": 1.5}),
        ("ar-laplace-distinct", {"largest_coefficient": -1.0}),
        ("gp-equal", {"length_scale": 0.0}),
        ("gp-distinct", {"shortest_length_scale": -3.0}),
        ("waveforms", {"longest_period": 1.0}),
        ("waveforms", {"least_period_ratio": 0.5}),
        ("iid-nongaussian", {"degrees_of_freedom": 2.0}),
    ],
)
def test_laws_without_a_sample_are_refused_before_anything_runs(name, parameters):
    with pytest.raises(InputError, match=f"data set '{name}'"):
        dataset_shape(name, parameters)


def test_every_family_says_what_it_is():
    for name in family_names():
        assert load_family(name).__doc__.splitlines()[0].endswith((".", ","))
        assert load_family(name)().laws(3) == load_family(name)().laws(3)
