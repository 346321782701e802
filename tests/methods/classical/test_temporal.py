"""What goes by order in time: lagged covariances, alone or with cumulants, and predictability."""

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import kstest, norm

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError
from bssbench.methods import Problem, load_method
from bssbench.methods.classical.complexity_pursuit import prediction_errors
from bssbench.methods.classical.gauss_td import gaussianised
from bssbench.models.time_scales import longest_significant_lags
from bssbench.models.whitening import whiten
from bssbench.scores.measures.matching import mean_correlation


def separated(name, observations, nonlinear=False, **parameters):
    """Separate (replicate, time, channel) into as many sources as there are channels."""
    seeds = [np.random.SeedSequence(index) for index in range(len(observations))]
    problem = Problem(observations, observations.shape[2], seeds, nonlinear)
    return load_method(name, parameters).separate(problem)


def recovered(name, dataset, **parameters):
    """Return each replicate's MCC."""
    nonlinear = dataset.mixing == "nonlinear" and load_method(name, {}).can_demix_nonlinearly
    found = separated(name, dataset.observations, nonlinear, **parameters).sources
    return [mean_correlation(*pair) for pair in zip(dataset.sources, found, strict=True)]


@pytest.fixture(scope="module")
def smooth():
    return make_dataset("gp-distinct", [0, 1, 2], {})


@pytest.fixture(scope="module")
def distorted():
    return make_dataset("gp-distinct-post-nonlinear", [0, 1, 2], {})


def test_by_rule_sobi_has_the_lags_that_are_significant_in_each_replicate():
    dataset = make_dataset("ar-laplace-distinct-t500", [0, 1], {})
    lags = longest_significant_lags(whiten(dataset.observations, 3).components)
    assert lags[0] != lags[1]
    by_rule = separated("sobi", dataset.observations).sources
    for found, observations, count in zip(by_rule, dataset.observations, lags, strict=True):
        chosen = separated("sobi", observations[None], lags=int(count)).sources[0]
        np.testing.assert_allclose(found, chosen, atol=1e-8)


def test_sobi_is_done_with_a_long_trend_by_few_lags(rng):
    components = rng.standard_normal((2, 100_000)).cumsum(axis=1)
    components = whiten(components.T[None], 2).components[0]
    assert len(load_method("sobi", {}).matrices(components)) < 250
    assert len(load_method("sobi", {"lags": 300}).matrices(components)) == 300


@pytest.mark.parametrize(("n", "lags"), [(2, 3), (4, 20)])
def test_cumulants_and_covariances_weigh_the_same_where_there_is_nothing_to_find(n, lags, rng):
    """The closed forms of the docstring, against white Gaussian components."""
    method, length, repetitions = load_method("jade-td", {"lags": lags}), 1000, 400
    off_diagonal = ~np.eye(n, dtype=bool)
    squares = []
    for components in whiten(rng.standard_normal((repetitions, length, n)), n).components:
        own = (method.matrices(components)[:, off_diagonal] ** 2).mean(axis=1)
        squares.append([own[:-lags].sum(), own[-lags:].sum()])
    np.testing.assert_allclose(np.mean(squares, axis=0) * length, 1.0, rtol=0.15)


def test_jade_td_separates_what_needs_kurtosis_and_spectra(rng):
    """Two Gaussian sources told apart by spectra alone, two white ones by kurtosis alone."""
    noise = rng.standard_normal((4, 2000, 2))
    slow = [lfilter([1.0], [1.0, -c], noise[..., i]) for i, c in enumerate((0.9, 0.7))]
    sharp = [rng.laplace(size=(4, 2000)), rng.uniform(-1, 1, (4, 2000))]
    sources = np.stack([*slow, *sharp], axis=-1)
    observations = sources @ (rng.standard_normal((4, 4, 4)) + np.eye(4))

    def worst(name):
        found = separated(name, observations).sources
        return min(mean_correlation(*pair) for pair in zip(sources, found, strict=True))

    assert worst("jade-td") > 0.97
    assert worst("jade") < 0.95
    assert worst("sobi") < 0.95


def test_a_prediction_error_is_that_of_the_exponential_average_of_the_past(rng):
    series = rng.standard_normal(50)
    decay, prediction, expected = 0.5 ** (1 / 3), 0.0, []
    for value in series:
        expected.append(value - prediction)
        prediction = decay * prediction + (1 - decay) * value
    np.testing.assert_allclose(prediction_errors(series, 3.0), expected)


def predictability(series):
    """Return log V / U of series (…, time), with the default half-lives."""
    long = prediction_errors(series, 900_000.0)
    short = prediction_errors(series - series[..., :1], 1.0)
    return np.log((long**2).sum(-1) / (short**2).sum(-1))


def test_complexity_pursuit_finds_the_extremes_of_predictability(smooth, rng):
    for found in separated("complexity-pursuit", smooth.observations).sources:
        of_sources = predictability(found.T)
        assert (np.diff(of_sources) < 0).all()
        combinations = predictability(rng.standard_normal((500, 3)) @ found.T)
        assert of_sources[-1] < combinations.min()
        assert combinations.max() < of_sources[0]
        # Any direction away from the most predictable one, however short, is a loss.
        near = predictability(found.T[0] + 1e-3 * rng.standard_normal((20, 2)) @ found.T[1:])
        assert near.max() < of_sources[0]
    assert min(recovered("complexity-pursuit", smooth)) > 0.95


def test_complexity_pursuit_with_no_memory_is_amuse():
    """Predicted by the last sample alone, U is 2 (1 − ρ₁) V, up to the ends of the series."""
    rough = make_dataset("ar-laplace-distinct-t5000", [0, 1, 2], {})
    names = ("complexity-pursuit", {"short_half_life": 1e-3}), ("amuse", {})
    found = [separated(name, rough.observations, **own).sources for name, own in names]
    for pair in zip(*found, strict=True):
        assert mean_correlation(*pair) > 0.999


def test_half_lives_in_the_wrong_order_are_one_clear_line():
    with pytest.raises(InputError, match="short_half_life must be less than long_half_life"):
        load_method("complexity-pursuit", {"short_half_life": 5.0, "long_half_life": 5.0})
    with pytest.raises(InputError, match="short_half_life must be positive"):
        load_method("complexity-pursuit", {"short_half_life": 0.0})


def test_gaussianised_channels_are_normal_and_in_the_same_order(rng):
    channels = rng.exponential(size=(2, 999, 3))
    found = gaussianised(channels)
    np.testing.assert_array_equal(found.argsort(axis=1), channels.argsort(axis=1))
    assert max(kstest(one, "norm").statistic for one in found[0].T) < 2e-3
    # Two equal values share the ranks 1 and 2 of three.
    tied = gaussianised(np.array([[[1.0], [7.0], [1.0]]]))[0, :, 0]
    np.testing.assert_allclose(tied, norm.ppf([1.5 / 4, 3 / 4, 1.5 / 4]))


def test_gauss_td_is_blind_to_distortions_of_the_sensors(smooth):
    """Whatever a strictly increasing function does to a channel, the ranks are the same."""
    plain = separated("gauss-td", smooth.observations, nonlinear=True)
    bent = smooth.observations.copy()
    bent[..., 0], bent[..., 1] = np.sinh(bent[..., 0]), np.arctan(5 * bent[..., 1]) + 40
    found = separated("gauss-td", bent, nonlinear=True)
    np.testing.assert_array_equal(found.sources, plain.sources)
    # What it applies to would not be the observations.
    assert plain.unmixing_matrix is None


def test_of_linear_mixing_gauss_td_is_sobi(smooth):
    found, sobi = (separated(name, smooth.observations) for name in ("gauss-td", "sobi"))
    np.testing.assert_array_equal(found.sources, sobi.sources)
    np.testing.assert_array_equal(found.unmixing_matrix, sobi.unmixing_matrix)


def test_gauss_td_separates_post_nonlinear_mixing_better_than_sobi(distorted):
    found, sobi = (recovered(name, distorted) for name in ("gauss-td", "sobi"))
    assert np.median(found) > np.median(sobi) + 0.003
