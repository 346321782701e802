"""Laws of every method, whichever there are."""

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError, NotApplicable
from bssbench.methods import Problem, Size, load_method, method_names
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.scores.measures.matching import mean_correlation
from bssbench.statistics.chance import chance_level

QUICK = {"steps": 12, "restarts": 2}
every_method = pytest.mark.parametrize("name", method_names())


def trains(name):
    return isinstance(load_method(name, {}), VariationalMethod)


def quick(name, **parameters):
    return load_method(name, (QUICK if trains(name) else {}) | parameters)


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("gp-distinct-t200", [0, 1, 2], {})


@every_method
def test_a_separation_has_the_promised_shapes(name, dataset, make_problem):
    separation = quick(name).separate(make_problem(dataset))
    assert separation.sources.shape == (3, 200, 3)
    assert np.isfinite(separation.sources).all()
    assert separation.unmixing_matrix.shape == (3, 3, 3)
    assert set(separation.stopwatch.laps) == {"warm_up", "solve"}
    assert all(cpu >= 0 for _, cpu in separation.stopwatch.laps.values())


@every_method
def test_the_unmixing_matrix_is_what_made_the_sources(name, dataset, make_problem):
    separation = quick(name).separate(make_problem(dataset))
    centred = dataset.observations - dataset.observations.mean(1, keepdims=True)
    unmixed = centred @ np.swapaxes(separation.unmixing_matrix, 1, 2)
    for estimated, mapped in zip(separation.sources, unmixed, strict=True):
        # A VAE's encoder has a bias: sources are compared up to a constant.
        residual = (estimated - estimated.mean(0)) - (mapped - mapped.mean(0))
        assert np.abs(residual).max() < 1e-3 * np.abs(estimated).max()


@every_method
def test_the_same_problem_has_the_same_numbers_each_time(name, dataset, make_problem):
    problem = make_problem(dataset)
    first, again = (quick(name).separate(problem).sources for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, quick(name).separate(make_problem(dataset)).sources)


@every_method
def test_a_seed_does_not_depend_on_the_others(name, dataset, make_problem):
    together = quick(name).separate(make_problem(dataset))
    alone = quick(name).separate(make_problem(dataset, [1]))
    np.testing.assert_array_equal(alone.sources[0], together.sources[1])


@pytest.mark.parametrize("name", [n for n in method_names() if n != "oracle"])
def test_dependent_channels_are_one_clear_line(name, rng):
    one = rng.standard_normal((1, 100, 1))
    problem = Problem(np.concatenate([one, 2 * one], axis=2), 2, [np.random.SeedSequence(0)])
    with pytest.raises(InputError, match="fewer than 2 independent directions"):
        quick(name).separate(problem)


@every_method
def test_more_channels_than_sources(name, make_problem):
    dataset = make_dataset("ar-laplace-distinct-m6-t200", [0], {})
    separation = quick(name).separate(make_problem(dataset))
    assert separation.sources.shape == (1, 200, 3)
    assert separation.unmixing_matrix.shape == (1, 3, 6)


@every_method
def test_a_single_source(name, make_problem):
    dataset = make_dataset("gp-equal-1-m2-t100", [0], {})
    separation = quick(name).separate(make_problem(dataset))
    assert mean_correlation(dataset.sources[0], separation.sources[0]) > 0.99


def test_the_oracle_is_the_ceiling_and_random_is_chance(make_problem):
    dataset = make_dataset("gp-equal-t500", list(range(30)), {})
    problem = make_problem(dataset)
    scores = {
        name: [
            mean_correlation(true, estimated)
            for true, estimated in zip(
                dataset.sources, quick(name).separate(problem).sources, strict=True
            )
        ]
        for name in ("oracle", "random", "sobi")
    }
    assert min(scores["oracle"]) > 0.99
    low, middle, high = chance_level(3, "mcc")
    assert np.median(scores["random"]) == pytest.approx(middle, abs=0.06)
    # What nothing can separate, SOBI does not.
    assert low < np.median(scores["sobi"]) < high


def test_the_oracle_has_no_answer_without_the_truth(dataset, make_problem):
    with pytest.raises(NotApplicable, match="true sources"):
        quick("oracle").separate(make_problem(dataset, sources=None))


def test_only_controls_ask_for_the_truth():
    assert [n for n in method_names() if quick(n).needs_true_sources] == ["oracle"]


@every_method
def test_the_declared_memory_grows_with_the_problem(name):
    method = quick(name)
    # Few seeds, or a limit forbids the larger, which then keeps nothing.
    small, large = (method.megabytes(Size(5, length, 3, 3, False)) for length in (500, 1500))
    assert 100 < small < large
    assert method.megabytes(Size(5, 1500, 3, 3, True)) > large or not trains(name)


@every_method
def test_the_declared_time_is_positive_and_grows_with_the_problem(name):
    method = load_method(name, {})
    small, large = (method.seconds(Size(10, length, 3, 3, False)) for length in (500, 30_000))
    assert 0 < small < large
    assert method.seconds(Size(10, 30_000, 3, 3, True)) > large or not trains(name)


@every_method
def test_the_declared_time_grows_with_steps_and_restarts(name):
    if not trains(name):
        pytest.skip("it does not train")
    size = Size(10, 2000, 3, 3, False)
    seconds = [
        load_method(name, {"steps": steps, "restarts": restarts}).seconds(size)
        for steps, restarts in ((600, 1), (1200, 1), (1200, 2))
    ]
    assert seconds == sorted(set(seconds))


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("skr-va", {}, "did you mean 'skr-vae'"),
        ("skr-vae", {"bandwith": 1.0}, "unknown parameter 'bandwith'"),
        ("skr-vae", {"steps": 1.5}, "steps must be of type int"),
        ("skr-vae", {"learning_rate": float("nan")}, "must be finite"),
        ("sobi", {"lags": 0}, "lags must be"),
        ("sobi", {"max_iterations": -1}, "max_iterations must be"),
        ("fastica", {"tolerance": -1.0}, "tolerance"),
        ("picard", {"max_iterations": 0}, "max_iterations must be"),
        ("oracle", {"steps": 3}, "there are none"),
    ],
)
def test_impossible_parameters_are_one_clear_line(name, parameters, message):
    with pytest.raises(InputError, match=message):
        load_method(name, parameters)
