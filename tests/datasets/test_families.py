"""Laws of every family, whichever there are: those of plug-ins too, and bssbench's own."""

import numpy as np
import pytest
from scipy.stats import kstest, kurtosis
from scipy.stats import t as student_t

from bssbench.datasets.catalogue import dataset_shape, make_dataset
from bssbench.datasets.families import load_family
from bssbench.datasets.families.gp_tp import t_process_sample
from bssbench.datasets.families.regime_ar import (
    Regime,
    draw_regimes,
    switching_autoregression_sample,
)
from bssbench.datasets.mixing import standardised
from bssbench.errors import InputError
from bssbench.testing.test_families import *  # noqa: F403

# Of any family the laws are those of `bssbench.testing.test_families`.
GENERATED = [
    *(f"gp-distinct-{parts}" for parts in ("post-nonlinear", "5-mlp-1", "m12", "mlp-2-m4-noise0")),
    *(f"gp-distinct-{parts}" for parts in ("cond30", "post-nonlinear-cond30-outliers1")),
    "mixed-8",
]


def autocorrelation(signals, lag):
    """Of signals (…, time) of zero mean and unit variance."""
    return (signals[..., lag:] * signals[..., : signals.shape[-1] - lag]).mean(-1)


@pytest.mark.parametrize("name", GENERATED)
def test_sources_are_standardised_and_the_shape_is_the_one_announced(name):
    dataset = make_dataset(f"{name}-t200", [0, 1], {})
    shape = dataset_shape(f"{name}-t200", {})
    assert dataset.observations.shape == (2, 200, shape.n_channels)
    assert dataset.sources.shape == (2, 200, shape.n_sources)
    np.testing.assert_allclose(dataset.sources.mean(1), 0, atol=1e-12)
    np.testing.assert_allclose(dataset.sources.std(1), 1)
    assert (dataset.mixing == "nonlinear") == shape.nonlinear


@pytest.mark.parametrize("name", GENERATED)
def test_a_replicate_does_not_depend_on_the_others(name):
    alone = make_dataset(f"{name}-t100", [3], {})
    together = make_dataset(f"{name}-t100", [1, 3, 5], {})
    np.testing.assert_array_equal(alone.observations[0], together.observations[1])
    np.testing.assert_array_equal(alone.sources[0], together.sources[1])


def test_seeds_root_seeds_and_data_sets_give_different_numbers():
    draws = [
        make_dataset("gp-equal-t50", [0], {}).sources,
        make_dataset("gp-equal-t50", [1], {}).sources,
        make_dataset("gp-equal-t50", [0], {}, root_seed=1).sources,
        make_dataset("gp-equal-post-nonlinear-t50", [0], {}).sources,
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
    dataset = make_dataset("iid-nongaussian-5-t50000", [0], {})
    sources = dataset.sources[0].T
    assert np.abs(autocorrelation(sources, 1)).max() < 0.02
    laplace, uniform, exponential, student, again = kurtosis(sources, axis=1)
    assert laplace == pytest.approx(3, abs=0.5)
    assert uniform == pytest.approx(-1.2, abs=0.1)
    assert exponential == pytest.approx(6, abs=1.5)
    assert student > 1
    assert again == pytest.approx(3, abs=0.5)


def switching_moments(regimes, stay, lags):
    """Mean and autocovariances of a Markov-switching AR(2), from its linear moment equations."""
    transition = np.array([[stay, 1 - stay], [1 - stay, stay]])
    steps = [np.array([[1 + r.momentum - r.reversion, -r.momentum], [1.0, 0.0]]) for r in regimes]
    offsets = [np.array([r.reversion * r.level, 0.0]) for r in regimes]
    noises = [np.diag([r.deviation**2, 0.0]) for r in regimes]
    # first[j] = E[z 1{regime j}] and second[j] = E[z z' 1{regime j}], z = (s_t, s_{t-1}).
    first, second = np.zeros((2, 2)), np.zeros((2, 2, 2))
    for _ in range(20_000):
        mean = np.einsum("ij,ia->ja", transition, first)
        square = np.einsum("ij,iab->jab", transition, second)
        cross = [step @ np.outer(m, b) for step, m, b in zip(steps, mean, offsets, strict=True)]
        second = np.stack(
            [
                step @ square[j] @ step.T
                + cross[j]
                + cross[j].T
                + 0.5 * (np.outer(offsets[j], offsets[j]) + noises[j])
                for j, step in enumerate(steps)
            ]
        )
        first = np.stack([steps[j] @ mean[j] + 0.5 * offsets[j] for j in range(2)])
    level = first.sum(0)[0]
    # products[j] = E[z_{t+k} s_t 1{regime j at t+k}] and weights[j] = E[s_t 1{regime j at t+k}].
    products, weights, covariances = second[:, :, 0], first[:, 0], []
    for _ in range(max(lags) + 1):
        covariances.append(products.sum(0)[0] - level**2)
        moved = np.einsum("ij,ia->ja", transition, products)
        weights = weights @ transition
        products = np.stack([steps[j] @ moved[j] + weights[j] * offsets[j] for j in range(2)])
    return level, [covariances[lag] for lag in lags]


def test_switching_autoregressions_have_the_moments_of_their_law():
    regimes = (Regime(0.95, 0.1, 0.4, 0.003), Regime(0.3, 0.55, -0.3, 0.3))
    lags = [0, 1, 3, 10, 20, 100]
    level, covariances = switching_moments(regimes, 0.99, lags)
    paths = np.stack(
        [
            switching_autoregression_sample(np.random.default_rng(seed), 50_000, regimes)
            for seed in range(20)
        ]
    )
    centred = paths - level
    for lag, expected in zip(lags, covariances, strict=True):
        found = (centred[:, lag:] * centred[:, : 50_000 - lag]).mean(axis=1)
        error = found.std() / np.sqrt(len(found))
        assert found.mean() == pytest.approx(expected, abs=4 * error)
        assert error < 0.02 * covariances[0]
    assert paths.mean() == pytest.approx(level, abs=4 * paths.mean(1).std() / np.sqrt(20))


def test_switching_autoregressions_start_in_their_stationary_law():
    regimes = (Regime(0.95, 0.1, 0.4, 0.003), Regime(0.3, 0.55, -0.3, 0.3))
    level, (variance,) = switching_moments(regimes, 0.99, [0])
    rng = np.random.default_rng(0)
    starts = np.array([switching_autoregression_sample(rng, 1, regimes)[0] for _ in range(1500)])
    assert starts.mean() == pytest.approx(level, abs=4 * np.sqrt(variance / 1500))
    squares = (starts - level) ** 2
    assert squares.mean() == pytest.approx(variance, abs=4 * squares.std() / np.sqrt(1500))


def test_regimes_are_drawn_from_their_ranges(rng):
    for _ in range(100):
        oscillatory, reverting = draw_regimes(rng)
        assert 0.9 <= oscillatory.momentum <= 1
        assert 0 <= oscillatory.level <= 0.5
        assert 0.5 <= reverting.reversion <= 0.6
        assert -0.5 <= reverting.level <= 0


def test_t_processes_have_the_covariance_and_the_tails_they_claim(rng):
    paths = np.stack([t_process_sample(rng, 12, 5.0, 8.0) for _ in range(10_000)])
    for lag in (0, 2, 10):
        products = paths[:, lag] * paths[:, 0]
        expected = np.exp(-0.5 * (lag / 5.0) ** 2)
        assert products.mean() == pytest.approx(expected, abs=4 * products.std() / 100)
    # Unit variance: Student's t with 8 degrees of freedom has 8 / 6.
    assert kstest(paths[:, 0] * np.sqrt(8 / 6), student_t(8).cdf).pvalue > 1e-3


def test_a_standardised_path_of_a_t_process_is_a_gaussian_one():
    family = load_family("gp-equal")(length_scale=5.0)
    gaussian = family.sample(np.random.default_rng(3), 1, 200)
    tailed = t_process_sample(np.random.default_rng(3), 200, 5.0, 4.0)
    np.testing.assert_allclose(standardised(tailed), standardised(gaussian[0]), atol=1e-12)


def test_gaussian_and_t_processes_vary_as_fast_as_their_length_scale():
    family = load_family("gp-tp")(shortest_length_scale=10.0, longest_length_scale=10.0)
    sources = standardised(family.sample(np.random.default_rng(0), 4, 100_000))
    np.testing.assert_allclose(autocorrelation(sources, 10), np.exp(-0.5), atol=0.03)
    lengths = []
    for seed in range(200):
        slow = standardised(load_family("gp-tp")().sample(np.random.default_rng(seed), 2, 4000))
        steps = (np.diff(slow) ** 2).mean(axis=1)
        lengths += list(1 / np.sqrt(-2 * np.log(1 - steps / 2)))
    # Log-uniform from 2 to 40, up to the error of an estimate from 4,000 samples.
    assert 1.9 < min(lengths) < 3
    assert 34 < max(lengths) < 46
    assert np.median(lengths) == pytest.approx(np.sqrt(80), rel=0.25)


def test_waveforms_keep_their_periods_apart():
    family = load_family("waveforms")()
    for seed in range(20):
        periods = np.sort(family._periods(np.random.default_rng(seed), 5))
        assert periods[0] >= 15
        assert periods[-1] <= 150
        assert (periods[1:] / periods[:-1]).min() >= 1.2
    with pytest.raises(InputError, match="too many"):
        dataset_shape("waveforms-9", {})


@pytest.mark.parametrize("name", ["gp-near", "ar-near"])
def test_near_equal_spectra_differ_little_and_all(name):
    sources = standardised(load_family(name)().sample(np.random.default_rng(0), 3, 200_000))
    fast_to_slow = np.sort(autocorrelation(sources, 4))
    np.testing.assert_allclose(autocorrelation(sources, 4), fast_to_slow, atol=1e-12)
    assert np.diff(fast_to_slow).min() > 0.02
    assert np.ptp(fast_to_slow) < 0.35


def test_mixed_sources_are_of_five_kinds_in_turn():
    sources = standardised(load_family("mixed")().sample(np.random.default_rng(0), 8, 100_000))
    gaussian, laplace, wave, regime, white = (sources[kind::5] for kind in range(5))
    for scale, path in zip([5, 40], gaussian, strict=True):
        assert autocorrelation(path, scale) == pytest.approx(np.exp(-0.5), abs=0.05)
        assert kurtosis(path) == pytest.approx(0, abs=0.3)
    for coefficient, path in zip([0.5, 0.9], laplace, strict=True):
        assert kurtosis(path[1:] - coefficient * path[:-1]) == pytest.approx(3, abs=0.5)
    np.testing.assert_allclose(kurtosis(wave, axis=1), [-1.5, -2], atol=0.05)
    assert kurtosis(white, axis=1) == pytest.approx(3, abs=0.5)
    # A source that switches rests for long and then does not: short stretches differ in variance.
    for path in regime:
        deviations = np.diff(path)[:99_990].reshape(-1, 30).std(axis=1)
        assert np.percentile(deviations, 90) > 5 * np.percentile(deviations, 10)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("shot-noise", {"arrival_rate": 0.0}),
        ("stochastic-volatility", {"deviation": 0.0}),
        ("stochastic-volatility", {"largest_persistence": 1.0}),
        ("stochastic-volatility", {"smallest_persistence": -0.1}),
        ("gp-near", {"longest_length_scale": 0.0}),
        ("ar-near", {"largest_coefficient": 1.0}),
        ("ar-laplace-equal", {"coefficient": 1.5}),
        ("ar-laplace-distinct", {"largest_coefficient": -1.0}),
        ("gp-equal", {"length_scale": 0.0}),
        ("gp-distinct", {"shortest_length_scale": -3.0}),
        ("waveforms", {"longest_period": 1.0}),
        ("waveforms", {"least_period_ratio": 0.5}),
        ("iid-nongaussian", {"degrees_of_freedom": 2.0}),
        ("gp-tp", {"shortest_length_scale": 50.0}),
    ],
)
def test_laws_without_a_sample_are_refused_before_anything_runs(name, parameters):
    with pytest.raises(InputError, match=f"data set '{name}'"):
        dataset_shape(name, parameters)
