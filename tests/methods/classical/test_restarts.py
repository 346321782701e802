"""Starting anew: what is kept, and by what."""

import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.integrate import quad
from sklearn.decomposition import FastICA

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError
from bssbench.methods import Size, load_method, method_names
from bssbench.methods._restarts import restarts_by_rule
from bssbench.methods.classical._base import Solution
from bssbench.methods.classical._fastica import negentropy_contrast
from bssbench.methods.classical._picard import negative_log_likelihood
from bssbench.methods.classical._restarts import RestartedMethod
from bssbench.methods.vae._variational import VariationalMethod
from bssbench.randomness import child, random_rotation

RESTARTED = [name for name in method_names() if isinstance(load_method(name, {}), RestartedMethod)]


@pytest.fixture(scope="module")
def gaussian():
    """Gaussian sources: contrasts have many local maxima."""
    return make_dataset("gp-distinct-t500", [0, 1, 2], {})


def test_what_has_a_contrast_or_a_likelihood_starts_anew():
    assert set(RESTARTED) == {
        "contextual-ica",
        "erbm",
        "fastica",
        "infomax",
        "picard",
        "var-ica",
    }


@pytest.mark.parametrize("name", RESTARTED)
@pytest.mark.parametrize("n_sources", [2, 9, 10, 40])
def test_they_start_as_often_as_the_vaes(name, n_sources):
    vae = load_method("ar-flow-vae", {})
    assert isinstance(vae, VariationalMethod)
    recipe = vae.recipe(Size(1, 5000, n_sources, n_sources, False))
    assert load_method(name, {}).starts(n_sources) == recipe.restarts
    assert restarts_by_rule(n_sources) == recipe.restarts


@pytest.mark.parametrize("name", RESTARTED)
def test_the_start_of_the_lowest_loss_is_kept(name, gaussian, make_problem):
    problem = make_problem(gaussian)
    together = load_method(name, {"restarts": 3}).separate(problem)
    losses = np.array(together.diagnostics["losses_of_restarts"])
    assert losses.shape == (3, 3)
    np.testing.assert_array_equal(together.loss, losses.min(axis=1))
    for start in range(3):
        seeds = [child(seed, start) if start else seed for seed in problem.seeds]
        alone = load_method(name, {"restarts": 1}).separate(make_problem(gaussian, seeds=seeds))
        np.testing.assert_array_equal(alone.loss, losses[:, start])
        kept = losses.argmin(axis=1) == start
        np.testing.assert_array_equal(alone.unmixing_matrix[kept], together.unmixing_matrix[kept])


def test_a_start_whose_loss_is_no_number_loses(gaussian, make_problem):
    @dataclass(frozen=True)
    class Second(RestartedMethod):
        """Knows no loss of its first start."""

        def attempt(self, replicate):
            first = not replicate.seed.spawn_key or replicate.seed.spawn_key[-1] != 1
            scale = 1.0 if first else 2.0
            size = len(replicate.components)
            return Solution(
                scale * np.eye(size), converged=True, losses=(np.nan if first else 7.0,)
            )

    separation = Second(restarts=2).separate(make_problem(gaussian))
    assert separation.loss.tolist() == [7.0] * 3
    assert separation.diagnostics["losses_of_restarts"] == [[None, 7.0]] * 3


def test_one_start_is_fastica_as_scikit_learn_has_it(gaussian, make_problem):
    problem = make_problem(gaussian, [0])
    ours = load_method("fastica", {"restarts": 1}).separate(problem)
    state = int(problem.seeds[0].generate_state(1)[0])
    estimator = FastICA(3, whiten="unit-variance", max_iter=1000, tol=1e-5, random_state=state)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator.fit(problem.observations[0])
    np.testing.assert_array_equal(ours.unmixing_matrix[0], estimator.components_)


def test_warnings_are_those_of_the_start_that_is_kept(gaussian, make_problem):
    """With a start that gives up and one that converges, they tell of the one kept."""
    seen = set()
    for restarts in (1, 2, 3, 5):
        method = load_method("fastica", {"restarts": restarts, "max_iterations": 60})
        diagnostics = method.separate(make_problem(gaussian)).diagnostics
        for index, converged in enumerate(diagnostics["converged"]):
            assert (str(index) in diagnostics["warnings_of_replicates"]) != converged
            seen.add(converged)
    assert seen == {True, False}


def test_fasticas_contrast_is_zero_of_a_gaussian_and_grows_with_separation(rng):
    gaussian = rng.standard_normal((2, 200_000))
    sources = rng.laplace(size=(2, 200_000)) / np.sqrt(2.0)
    mixed = random_rotation(rng, 2) @ np.diag([1.0, -1.0]) @ sources
    assert negentropy_contrast(gaussian) < 1e-5
    assert negentropy_contrast(sources) > negentropy_contrast(mixed) > 1e-5


def test_infomaxs_likelihood_is_that_of_normalised_densities(rng):
    """Its own densities, normalised here by quadrature, of sources with both kinds of tails."""
    y = np.stack([rng.laplace(size=500), rng.uniform(-1.7, 1.7, size=500)])
    matrix = rng.standard_normal((2, 2))
    densities = (
        lambda x: np.exp(-0.5 * x**2) / np.cosh(x),
        lambda x: np.exp(-0.5 * x**2) * np.cosh(x),
    )
    expected = -np.log(abs(np.linalg.det(matrix)))
    for component, density in zip(y, densities, strict=True):
        expected -= np.log(density(component) / quad(density, -15, 15)[0]).mean()
    assert negative_log_likelihood(y, matrix) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", RESTARTED)
def test_no_start_is_one_clear_line(name):
    with pytest.raises(
        InputError, match="restarts must be at least 1, not 0; null selects the rule"
    ):
        load_method(name, {"restarts": 0})


@pytest.mark.parametrize("name", ["sobi", "jade", "amuse"])
def test_what_needs_no_start_has_none(name):
    with pytest.raises(InputError, match="unknown parameter 'restarts'"):
        load_method(name, {"restarts": 3})
