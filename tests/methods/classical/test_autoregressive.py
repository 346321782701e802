"""Methods that go by the innovations of autoregressions."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.stats import norm

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import NotApplicable
from bssbench.methods import Problem, load_method
from bssbench.methods.classical import _entropy_bound
from bssbench.methods.classical._autoregressive import _Objective
from bssbench.methods.classical._entropy_bound import _MEASURES, _negentropy, entropy_bound
from bssbench.methods.classical._lags import lag_spacing, lagged
from bssbench.models.whitening import whiten
from bssbench.scores.measures.matching import mean_correlation

LEARNED = ["contextual-ica", "erbm"]
INNOVATIONS = [*LEARNED, "var-ica"]


def scores(name, data, make_problem, **parameters):
    dataset = make_dataset(data, [0, 1, 2], {})
    separation = load_method(name, parameters).separate(make_problem(dataset))
    pairs = zip(dataset.sources, separation.sources, strict=True)
    return [mean_correlation(true, estimated) for true, estimated in pairs]


@pytest.mark.parametrize("name", INNOVATIONS)
@pytest.mark.parametrize("data", ["ar-laplace-equal", "iid-nongaussian"])
def test_non_gaussian_innovations_are_told_apart_whatever_their_spectra(name, data, make_problem):
    assert min(scores(name, data, make_problem)) > 0.99


def test_spectra_tell_gaussian_sources_apart_for_a_source_s_own_autoregression_alone(make_problem):
    """A vector autoregression's residuals are Gaussian as well, whatever the spectra."""
    medians = {name: np.median(scores(name, "gp-distinct", make_problem)) for name in INNOVATIONS}
    assert min(medians[name] for name in LEARNED) > 0.93
    assert medians["var-ica"] < 0.9


@pytest.mark.parametrize("name", INNOVATIONS)
def test_nothing_tells_gaussian_sources_of_one_spectrum_apart(name, make_problem):
    assert np.median(scores(name, "gp-equal", make_problem)) < 0.97


@pytest.mark.parametrize("name", INNOVATIONS)
def test_the_rate_of_sampling_makes_no_difference(name, make_problem):
    """Lags are farther apart where the series is sampled faster than it varies."""
    parameters = {"restarts": 1}
    assert min(scores(name, "ar-laplace-distinct-4x", make_problem, **parameters)) > 0.98


@pytest.mark.parametrize("name", INNOVATIONS)
def test_the_answer_does_not_depend_on_the_mixing(name, make_problem, rng):
    """Whitened, another mixture is turned: it starts elsewhere, and ends at the same sources."""
    dataset = make_dataset("ar-laplace-equal", [0], {})
    method = load_method(name, {})
    first = method.separate(make_problem(dataset)).sources[0]
    other = dataset.observations @ (rng.standard_normal((3, 3)) + 2 * np.eye(3))
    again = method.separate(make_problem(dataset, observations=other)).sources[0]
    assert mean_correlation(first, again) > 0.999


@pytest.mark.parametrize("name", LEARNED)
def test_the_gradient_is_that_of_the_objective(name, rng):
    series = rng.laplace(size=(3, 400))
    method = load_method(name, {"order": 4})
    shape, _ = method.first_shape()
    objective = _Objective(method, lagged(series, 4, 1))
    parameters = np.hstack(
        [
            np.eye(3) + 0.2 * rng.standard_normal((3, 3)),
            0.2 * rng.standard_normal((3, 4)),
            np.tile(shape, (3, 1)) + 0.1 * rng.standard_normal((3, len(shape))),
        ]
    ).ravel()
    _, gradient = objective(parameters)
    numerical = approx_fprime(parameters, lambda values: objective(values)[0], 1e-6)
    np.testing.assert_allclose(gradient, numerical, atol=2e-4)


@pytest.mark.parametrize("name", LEARNED)
def test_the_scale_of_the_sources_is_free(name, rng):
    """J does not change when a row of W is scaled: entropy and volume grow alike."""
    series = rng.laplace(size=(2, 300))
    method = load_method(name, {"order": 2})
    shape, _ = method.first_shape()
    objective = _Objective(method, lagged(series, 2, 1))
    rows = rng.standard_normal((2, 2))
    rest = np.hstack([0.1 * rng.standard_normal((2, 2)), np.tile(shape, (2, 1))])
    values = [
        objective(np.hstack([scale * rows, rest]).ravel())[0]
        for scale in (np.ones((2, 1)), np.array([[0.01], [30.0]]))
    ]
    assert values[0] == pytest.approx(values[1], rel=1e-9)


@pytest.mark.parametrize("name", LEARNED)
def test_it_says_whether_it_converged(name, make_problem):
    problem = make_problem(make_dataset("ar-laplace-distinct-t500", [0, 1], {}))
    for iterations, converged in ((3000, True), (3, False)):
        method = load_method(name, {"max_iterations": iterations})
        assert method.separate(problem).diagnostics["converged"] == [converged] * 2


@pytest.mark.parametrize("name", INNOVATIONS)
def test_a_series_too_short_for_the_order_is_one_clear_line(name, rng):
    problem = Problem(rng.standard_normal((1, 50, 3)), 3, [np.random.SeedSequence(0)])
    with pytest.raises(NotApplicable, match="autoregression of order 20 in a series of 50"):
        load_method(name, {"order": 20}).separate(problem)


def test_lags_are_aligned(rng):
    series = rng.standard_normal((2, 50))
    past = lagged(series, 3, 4)
    assert past.shape == (4, 2, 38)
    for lag in range(4):
        np.testing.assert_array_equal(past[lag], series[:, 12 - 4 * lag : 50 - 4 * lag])


def test_lags_never_reach_farther_than_a_quarter_of_the_series():
    slow = whiten(make_dataset("gp-equal-1-m2-t200-4x", [0], {}).observations, 1).components[0]
    assert lag_spacing(slow, 2) > lag_spacing(slow, 100)
    for order in (1, 10, 100):
        assert order * lag_spacing(slow, order) <= max(order, slow.shape[1] / 4)


def standardised(values):
    return ((values - values.mean()) / values.std())[None]


@pytest.mark.parametrize(
    ("draw", "entropy", "slack"),
    [
        ("standard_normal", 0.5 * np.log(2 * np.pi * np.e), 1e-3),
        ("laplace", 1 + np.log(2) - 0.5 * np.log(2), 0.02),
        ("random", 0.5 * np.log(12), 0.1),
        ("standard_exponential", 1.0, 0.3),
    ],
)
def test_an_entropy_bound_is_above_the_entropy_and_near_it(draw, entropy, slack, rng):
    values = rng.laplace(size=200_000) if draw == "laplace" else getattr(rng, draw)(200_000)
    bound = entropy_bound(standardised(values))[0][0]
    assert entropy - 3e-3 < bound < entropy + slack
    # No more than a Gaussian's, which is the largest.
    assert bound <= 0.5 * np.log(2 * np.pi * np.e) + 1e-9


@pytest.mark.parametrize("index", range(len(_MEASURES)))
def test_what_a_measure_says_is_convex_and_nothing_of_a_gaussian(index):
    """V is convex, with V = V′ = 0 at the Gaussian's own expectation."""
    first, last, spline, slope = _negentropy(index)
    grid = np.linspace(first, last, 500)
    assert (np.diff(slope(grid)) > -1e-3 * np.abs(slope(grid)).max()).all()
    function = _MEASURES[index].function
    at_gaussian = quad(lambda x: function(x) * norm.pdf(x), -12, 12, points=[0])[0]
    assert spline(at_gaussian) == pytest.approx(0.0, abs=1e-4)
    assert spline(grid).min() > -1e-4


def test_the_ends_of_the_line_tell_of_innovations_that_nearly_always_rest_alone(monkeypatch):
    """Of |x| / (1 + |x|), by which the line's ends are reached first."""
    means = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.385])
    spline = _negentropy(1)[2]
    line = 0.5 * np.sinh(np.linspace(-8.0, 8.0, 4801))
    monkeypatch.setattr(_entropy_bound, "_LINE", line)
    monkeypatch.setattr(_entropy_bound, "_STATISTICS", np.stack([line, line**2 - 1.0]))
    longer = _negentropy.__wrapped__(1)[2]
    too_low = spline(means) - longer(means)
    np.testing.assert_allclose(too_low, [0.022, 0.003, 0, 0, 0, 0], atol=6e-4)


@pytest.mark.parametrize("index", range(len(_MEASURES)))
def test_derivatives_of_the_measures(index):
    measure, x = _MEASURES[index], np.linspace(-4, 4, 40)
    numerical = (measure.function(x + 1e-6) - measure.function(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(measure.derivative(x), numerical, atol=1e-6)
