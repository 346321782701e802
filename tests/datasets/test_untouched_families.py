"""The families on which nothing is ever tuned: their laws."""

import math

import numpy as np
import pytest
from scipy.stats import kurtosis, skew

from bssbench.datasets.families import family_names, load_family
from bssbench.datasets.families.shot_noise import shot_noise_sample
from bssbench.datasets.mixing import standardised


def autocorrelation(signal, lag):
    """Of a signal of zero mean and unit variance."""
    return (signal[lag:] * signal[:-lag]).mean()


@pytest.mark.parametrize("decay_time", [2.0, 20.0])
def test_shot_noise_has_the_cumulants_of_campbells_theorem(decay_time):
    rate = 0.1
    path = shot_noise_sample(np.random.default_rng(0), 1_000_000, rate, decay_time)
    # The rate times E[height^n] = n! times the integral of the pulse's n-th power.
    first, second, third, fourth = (
        rate * decay_time * math.factorial(n) ** 2 / n ** (n + 1) for n in (1, 2, 3, 4)
    )
    assert path.mean() == pytest.approx(first, rel=0.03)
    assert path.var() == pytest.approx(second, rel=0.05)
    assert skew(path) == pytest.approx(third / second**1.5, rel=0.1)
    assert kurtosis(path) == pytest.approx(fourth / second**2, rel=0.2)
    for lag in (1, 3, 10, 40):
        expected = (1 + lag / decay_time) * np.exp(-lag / decay_time)
        assert autocorrelation(standardised(path), lag) == pytest.approx(expected, abs=0.03)


def test_shot_noise_is_stationary_from_its_first_sample():
    paths = [shot_noise_sample(np.random.default_rng(seed), 3, 0.1, 20.0) for seed in range(3000)]
    starts = np.array(paths)[:, 0]
    assert starts.mean() == pytest.approx(2.0, abs=4 * starts.std() / np.sqrt(3000))
    assert starts.var() == pytest.approx(1.0, rel=0.2)


def test_stochastic_volatility_is_white_and_its_log_variance_persists():
    family = load_family("stochastic-volatility")()
    sources = family.sample(np.random.default_rng(0), 3, 400_000)
    for path, persistence in zip(sources, family.laws(3)["persistence"], strict=True):
        assert autocorrelation(standardised(path), 1) == pytest.approx(0, abs=0.02)
        # The logarithm of a squared standard normal has variance π² / 2.
        logarithm = standardised(np.log(path**2))
        for lag in (1, 10, 50):
            expected = persistence**lag / (1 + np.pi**2 / 2)
            assert autocorrelation(logarithm, lag) == pytest.approx(expected, abs=0.02)


def test_the_log_variance_starts_in_its_stationary_law_however_persistent():
    family = load_family("stochastic-volatility")(
        smallest_persistence=0.9999, largest_persistence=0.9999
    )
    sources = family.sample(np.random.default_rng(0), 400, 2)
    # log s² = h + log e²: the variance of h is 1, that of log e² is π² / 2.
    assert np.log(sources[:, 0] ** 2).var() == pytest.approx(1 + np.pi**2 / 2, rel=0.2)
    assert np.corrcoef(np.log(sources**2).T)[0, 1] == pytest.approx(1 / (1 + np.pi**2 / 2), abs=0.1)


def test_two_families_at_least_stay_untouched():
    assert sum(load_family(name).untouched for name in family_names()) >= 2
