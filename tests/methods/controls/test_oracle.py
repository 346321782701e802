import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.methods import Problem, Size, load_method
from bssbench.scores.measures.matching import mean_correlation


def separated(dataset, chosen, nonlinear=True, progress=None):
    problem = Problem(
        dataset.observations[chosen],
        dataset.n_sources,
        [np.random.SeedSequence(dataset.seeds[index]) for index in chosen],
        nonlinear=nonlinear,
        sources=dataset.sources[chosen],
    )
    return load_method("oracle", {}).separate(problem, progress)


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("gp-distinct-post-nonlinear-t300", [0, 1], {})


@pytest.mark.slow
def test_a_network_reaches_what_no_linear_map_can(dataset):
    steps = []
    network = separated(dataset, [0, 1], progress=lambda done, total: steps.append((done, total)))
    linear = separated(dataset, [0, 1], nonlinear=False)
    assert network.unmixing_matrix is None
    assert network.diagnostics["converged"] == [None, None]
    assert set(network.stopwatch.laps) == {"warm_up", "solve"}
    assert steps[-1] == (len(steps), len(steps))
    for true, by_network, by_line in zip(
        dataset.sources, network.sources, linear.sources, strict=True
    ):
        assert mean_correlation(true, by_network) > 0.99 > mean_correlation(true, by_line)
    alone = separated(dataset, [1])
    np.testing.assert_array_equal(alone.sources[0], network.sources[1])


def test_a_network_needs_more_memory():
    oracle = load_method("oracle", {})
    linear, network = (oracle.megabytes(Size(10, 1000, 3, 3, n)) for n in (False, True))
    assert network > linear + 200
