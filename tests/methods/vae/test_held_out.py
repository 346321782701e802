"""The objective on time held out: a likelihood of what comes after, given what was before."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import NotApplicable
from bssbench.methods import Problem, load_method

LENGTH = 500
FIRST = LENGTH - LENGTH // 5


def objective(name, problem, **parameters):
    return load_method(name, {"restarts": 1, "steps": 150} | parameters).held_out(problem)


@pytest.fixture(scope="module")
def dataset():
    return make_dataset(f"gp-distinct-t{LENGTH}", [0, 1], {})


@pytest.fixture(scope="module")
def problem(dataset):
    return Problem(dataset.observations, 3, [np.random.SeedSequence(seed) for seed in (0, 1)])


def shuffled(problem, rng):
    """Return the problem with the time that is trained on in another order."""
    order = np.r_[rng.permutation(FIRST), FIRST:LENGTH]
    return replace(problem, observations=problem.observations[:, order])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ar-flow-vae", "skr-vae", "gp-vae-matern"])
def test_what_is_learned_from_the_order_of_time_helps_on_the_rest(name, problem, rng):
    # The same variance for both: by rule it would follow the spectrum, which the order changes.
    of_order, of_disorder = (
        objective(name, one, observation_variance=0.05) for one in (problem, shuffled(problem, rng))
    )
    assert (of_order + 0.3 < of_disorder).all()


def test_without_a_structured_prior_the_order_of_time_makes_no_difference(problem, rng):
    # A smaller variance would make the draws' own noise larger than the tolerance.
    first, second = (
        objective("vae", one, observation_variance=0.05)
        for one in (problem, shuffled(problem, rng))
    )
    np.testing.assert_allclose(first, second, atol=0.01)


@pytest.mark.slow
def test_of_a_plain_vae_it_is_the_gaussian_likelihood(problem):
    """In the coordinates of the training time, where it has covariance one."""
    first, rest = np.split(problem.observations, [FIRST], axis=1)
    expected = []
    for seen, held_out in zip(first, rest, strict=True):
        # The squared Mahalanobis distance does not depend on how the whitening is rotated.
        centred = held_out - seen.mean(0)
        distance = (centred @ np.linalg.inv(np.cov(seen.T, bias=True)) * centred).sum(1)
        expected.append(0.5 * distance.mean() + 1.5 * math.log(2.0 * math.pi))
    np.testing.assert_allclose(objective("vae", problem, steps=400), expected, atol=0.03)


@pytest.mark.slow
def test_of_a_gaussian_autoregression_it_is_the_conditional_likelihood(rng):
    """Given the past the present has the innovation's entropy, far below that of the series."""
    length, coefficient = 1500, 0.8
    series, noise = np.zeros((2, length, 1)), rng.standard_normal((2, length, 1))
    for t in range(1, length):
        series[:, t] = coefficient * series[:, t - 1] + noise[:, t]
    problem = Problem(series, 1, [np.random.SeedSequence(seed) for seed in (0, 1)])
    flow = {"order": 1, "octaves": 0, "spacing": 1, "base": "normal"}
    found = objective("ar-flow-vae", problem, steps=400, observation_variance=0.01, **flow)
    first = length - length // 5
    units = np.log(series[:, :first].std(axis=(1, 2)))
    exact = 0.5 * (noise[:, first:, 0] ** 2 + math.log(2.0 * math.pi)).mean(1) - units
    np.testing.assert_allclose(found, exact, atol=0.05)
    assert (found + 0.4 < objective("vae", problem, observation_variance=0.01)).all()


@pytest.mark.parametrize("parameters", [{}, {"window": 100}, {"restarts": 2}])
def test_a_seed_does_not_depend_on_the_others(parameters, problem):
    together = objective("ar-flow-vae", problem, steps=20, **parameters)
    second = replace(problem, observations=problem.observations[1:], seeds=problem.seeds[1:])
    assert objective("ar-flow-vae", second, steps=20, **parameters)[0] == together[1]


def test_the_truth_is_not_looked_at(dataset, problem):
    with_truth = replace(problem, sources=dataset.sources)
    np.testing.assert_array_equal(
        *(objective("skr-vae", one, steps=20) for one in (problem, with_truth))
    )


def test_it_has_no_meaning_where_other_time_has_other_parameters(problem):
    with pytest.raises(NotApplicable, match="segments of another series"):
        objective("ivae", problem, steps=2)
