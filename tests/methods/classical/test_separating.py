import numpy as np
import pytest
from scipy.linalg import eigh

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError, NotApplicable
from bssbench.methods import Problem, load_method
from bssbench.scores.measures.matching import mean_correlation

ITERATIVE = ["fastica", "picard", "infomax", "jade", "jade-td", "gauss-td", "sobi"]
CLOSED = ["amuse", "complexity-pursuit", "oracle", "random"]


def separated(name, observations, sources=None, **parameters):
    """Separate (replicate, time, channel) into as many sources as there are channels."""
    seeds = [np.random.SeedSequence(index) for index in range(len(observations))]
    problem = Problem(observations, observations.shape[2], seeds, sources=sources)
    return load_method(name, parameters).separate(problem)


def mixed(rng, sources):
    """Mix (time, source) by a random matrix that is far from a rotation."""
    matrix = rng.standard_normal((sources.shape[1], sources.shape[1])) + np.eye(sources.shape[1])
    return sources @ matrix.T


@pytest.fixture
def heavy_and_light(rng):
    """Two heavy-tailed and two light-tailed sources, shape (time, source)."""
    heavy = rng.laplace(size=(5000, 2))
    return np.hstack([heavy, rng.uniform(-1, 1, size=(5000, 2))])


@pytest.mark.parametrize("name", ["jade", "infomax"])
def test_heavy_and_light_tails_are_told_apart(name, rng, heavy_and_light):
    separation = separated(name, mixed(rng, heavy_and_light)[None])
    assert mean_correlation(heavy_and_light, separation.sources[0]) > 0.995


def cross_cumulants(sources):
    """Return the sum of squared fourth-order cumulants of unequal first two indices."""
    count = sources.shape[1]
    covariance = sources.T @ sources / len(sources)
    moments = np.einsum("ti,tj,tk,tl->ijkl", *[sources] * 4, optimize=True) / len(sources)
    cumulants = moments - np.einsum("ij,kl->ijkl", covariance, covariance)
    cumulants -= np.einsum("ik,jl->ijkl", covariance, covariance)
    cumulants -= np.einsum("il,jk->ijkl", covariance, covariance)
    return (cumulants**2).sum() - (cumulants[np.arange(count), np.arange(count)] ** 2).sum()


def test_jade_is_a_minimum_of_the_squared_cross_cumulants(rng, heavy_and_light):
    """The paper's criterion, computed here from all fourth-order moments."""
    sources = separated("jade", mixed(rng, heavy_and_light)[None]).sources[0]
    np.testing.assert_allclose(sources.T @ sources / len(sources), np.eye(4), atol=1e-10)
    least = cross_cumulants(sources)

    def rotated(i, j, angle):
        rotation = np.eye(4)
        rotation[[i, i, j, j], [i, j, i, j]] = [
            np.cos(angle),
            np.sin(angle),
            -np.sin(angle),
            np.cos(angle),
        ]
        return cross_cumulants(sources @ rotation)

    for i in range(4):
        for j in range(i):
            back, forth = rotated(i, j, -1e-3), rotated(i, j, 1e-3)
            assert min(back, forth) > least
            # Stationary: the slope is lost against the curvature.
            assert abs(forth - back) < 1e-3 * (forth + back - 2 * least)


def test_infomax_is_a_stationary_point_of_the_likelihood(rng, heavy_and_light):
    """Lee et al. (1999): E[K tanh(y) yᵀ] + E[y yᵀ] = I with K = ±1 for heavy and light tails."""
    y = separated("infomax", mixed(rng, heavy_and_light)[None]).sources[0]
    signs = np.sign((1 / np.cosh(y) ** 2).mean(0) * (y**2).mean(0) - (y * np.tanh(y)).mean(0))
    assert sorted(signs) == [-1, -1, 1, 1]
    gradient = ((signs * np.tanh(y)).T @ y + y.T @ y) / len(y) - np.eye(4)
    assert np.abs(gradient).max() < 1e-6


@pytest.mark.parametrize("lag", [1, 4])
def test_amuse_solves_the_generalised_eigenproblem(lag):
    dataset = make_dataset("ar-laplace-distinct-t2000", [0], {})
    separation = separated("amuse", dataset.observations, lag=lag)
    centred = dataset.observations[0] - dataset.observations[0].mean(0)
    lagged = centred[:-lag].T @ centred[lag:] / (len(centred) - lag)
    _, vectors = eigh(0.5 * (lagged + lagged.T), centred.T @ centred / len(centred))
    ours = separation.unmixing_matrix[0]
    # Both in ascending order, at unit variance, of any sign.
    np.testing.assert_allclose(np.abs(ours), np.abs(vectors.T), rtol=1e-6, atol=1e-8)
    if lag == 1:
        assert mean_correlation(dataset.sources[0], separation.sources[0]) > 0.99


def test_amuse_needs_a_series_longer_than_its_lag(rng):
    with pytest.raises(NotApplicable, match="a lag of 50 samples in a series of 50"):
        separated("amuse", rng.standard_normal((1, 50, 2)), lag=50)


@pytest.mark.parametrize("name", ITERATIVE)
def test_a_separation_says_which_replicates_converged(name):
    dataset = make_dataset("ar-laplace-distinct-t500", [0, 1], {})
    diagnostics = separated(name, dataset.observations).diagnostics
    assert diagnostics["converged"] == [True, True]
    assert diagnostics["warnings_of_replicates"] == {}
    given_up = separated(name, dataset.observations, max_iterations=1).diagnostics
    assert given_up["converged"] == [False, False]
    assert set(given_up["warnings_of_replicates"]) == {"0", "1"}


@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_form_counts_as_converged(name):
    dataset = make_dataset("gp-distinct-t200", [0, 1], {})
    separation = separated(name, dataset.observations, dataset.sources)
    assert separation.diagnostics["converged"] == [True, True]


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("amuse", {"lag": 0}, "lag must be at least 1"),
        ("jade", {"max_iterations": 0}, "max_iterations must be at least 1"),
        ("infomax", {"tolerance": -1.0}, "tolerance must be at least 0"),
    ],
)
def test_impossible_parameters_are_one_clear_line(name, parameters, message):
    with pytest.raises(InputError, match=message):
        load_method(name, parameters)
