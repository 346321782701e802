"""How many iterations a method says it took."""

import warnings

import numpy as np
import pytest

from bssbench.methods import Problem, load_method


def separated(name, observations, **parameters):
    problem = Problem(observations[None], 3, [np.random.SeedSequence(0)], keep=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_method(name, parameters).separate(problem)


@pytest.fixture
def observations(rng):
    sources = rng.laplace(size=(300, 3))
    for row in range(1, 300):
        sources[row] += [0.9, 0.5, -0.5] * sources[row - 1]
    return sources @ rng.normal(size=(3, 3))


@pytest.mark.parametrize("name", ["sobi", "jade", "fastica", "picard", "erbm"])
def test_so_many_are_enough_and_one_fewer_is_not(name, observations):
    once = {"restarts": 1} if name in ("fastica", "picard", "erbm") else {}
    free = separated(name, observations, **once)
    count = free.kept[0].iterations
    assert free.diagnostics["converged"] == [True]
    # What converges in its very last iteration may not say so.
    enough = separated(name, observations, max_iterations=count + 1, **once)
    assert enough.diagnostics["converged"] == [True]
    np.testing.assert_array_equal(enough.sources, free.sources)
    fewer = separated(name, observations, max_iterations=max(1, count - 2), **once)
    assert fewer.diagnostics["converged"] == [False]
