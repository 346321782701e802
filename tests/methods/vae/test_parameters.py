"""Parameters of the VAEs: None is a rule, zero is zero, and a limit is stated before training."""

import dataclasses

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError, NotApplicable
from bssbench.methods import Problem, Size, load_method, method_names
from bssbench.methods.vae._variational import VariationalMethod

VAES = [name for name in method_names() if isinstance(load_method(name, {}), VariationalMethod)]
every_vae = pytest.mark.parametrize("name", VAES)
SIZE = Size(replicates=2, length=1000, n_channels=3, n_sources=3, nonlinear=False)


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("gp-distinct-t200", [0, 1, 2], {})


@every_vae
def test_where_each_value_comes_from_stands_beside_it(name):
    for field in dataclasses.fields(load_method(name, {})):
        assert field.metadata["source"], field.name


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (3, 600, 3e-2, 1000)),
        ({"nonlinear": True}, (3, 1000, 1e-2, 1000)),
        ({"n_sources": 5}, (3, 1500, 3e-2, 1000)),
        ({"n_sources": 9, "nonlinear": True}, (3, 1500, 1e-2, 1000)),
        ({"n_sources": 10}, (9, 1500, 3e-2, 1000)),
        ({"length": 30_000}, (3, 600, 3e-2, 30_000)),
        ({"length": 30_001}, (3, 600, 3e-2, 8192)),
    ],
)
def test_the_rules_follow_the_size(changes, expected):
    recipe = load_method("vae", {}).recipe(dataclasses.replace(SIZE, **changes))
    assert (recipe.restarts, recipe.steps, recipe.learning_rate, recipe.window) == expected
    assert recipe.observation_variance is None


@every_vae
def test_what_is_set_is_what_is_done(name):
    values = {"restarts": 4, "steps": 7, "learning_rate": 0.5, "observation_variance": 0.2}
    recipe = load_method(name, values).recipe(SIZE)
    assert {key: getattr(recipe, key) for key in values} == values


def test_a_window_is_no_longer_than_the_series():
    windows = [load_method("vae", {"window": window}).recipe(SIZE).window for window in (50, 9999)]
    assert windows == [50, 1000]
    # A segment's variance is known from that segment alone.
    assert load_method("ivae", {}).recipe(dataclasses.replace(SIZE, length=90_000)).window == 90_000


@pytest.mark.parametrize("nonlinear", [False, True])
def test_a_regularisation_of_zero_is_none_at_all(nonlinear, dataset, make_problem):
    """And None the rule: one, for nonlinear mixing a tenth."""
    problem = make_problem(dataset, nonlinear=nonlinear)
    by_rule = 0.1 if nonlinear else 1.0
    found = {
        value: load_method(
            "skr-vae", {"steps": 3, "restarts": 1, "regularisation": value}
        ).separate(problem)
        for value in (None, by_rule, 0.0)
    }
    used = [found[value].diagnostics["regularisation"] for value in found]
    assert used == [by_rule, by_rule, 0.0]
    np.testing.assert_array_equal(found[None].loss, found[by_rule].loss)
    assert (found[None].loss > found[0.0].loss).all()


@every_vae
@pytest.mark.parametrize(
    "parameter", ["restarts", "steps", "learning_rate", "observation_variance", "window"]
)
def test_zero_is_no_number_of_anything_and_no_rule(name, parameter):
    zero = 0 if parameter in ("restarts", "steps", "window") else 0.0
    with pytest.raises(InputError, match=parameter.replace("_", ".")):
        load_method(name, {parameter: zero})


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("skr-vae", {"restarts": -1}, "restarts must be at least 1, not -1"),
        ("skr-vae", {"window": 15}, "window must be at least 16"),
        ("skr-vae", {"regularisation": -0.1}, "regularisation must be at least 0"),
        ("skr-vae", {"shortest_bandwidth": 0.0}, "shortest_bandwidth must be positive"),
        ("vae", {"observation_variance": -1.0}, "observation_variance must be positive"),
        ("ar-flow-vae", {"order": 0}, "order must be at least 1"),
        ("ar-flow-vae", {"spacing": 0}, "spacing must be at least 1"),
        ("ar-flow-vae", {"order": 6}, "power of two"),
        ("ar-flow-vae", {"network_scale": -0.1}, "network_scale must be at least 0"),
        ("ar-flow-vae-shared", {"base": "cauchy"}, "base must be one of"),
        ("ar-flow-vae-plain", {"order": 0}, "order must be at least 1"),
        ("skr-vae", {"posterior": "fully"}, "posterior must be one of rule, diagonal, full"),
        ("vae", {"scale": "open"}, "scale must be one of free, closed"),
        ("vae", {"rotation": "no"}, "rotation must be of type bool"),
        ("skr-vae", {"spacing": 0}, "spacing must be at least 1"),
        ("gp-vae", {"start_factor": 0.0}, "start_factor must be positive"),
        ("skr-vae-learned", {"freedom": 0.0}, "freedom must be positive"),
        ("skr-vae", {"core": "cholesky"}, "for a kernel regression"),
        ("gp-vae", {"core": "choleski"}, "did you mean 'cholesky'"),
        ("gp-vae", {"core": "markovian"}, "can't do a squared-exponential kernel"),
        ("gp-vae", {"update_every": -1}, "update_every must be at least 0"),
        ("slow-vae", {"rate": 0.0}, "rate must be positive"),
        ("slow-vae", {"marginal_weight": -1.0}, "marginal_weight must be at least 0"),
        ("ivae", {"segments": 0}, "segments must be at least 1"),
        ("ivae", {"window": 100}, "there is no window"),
    ],
)
def test_impossible_parameters_are_one_clear_line(name, parameters, message):
    with pytest.raises(InputError, match=message):
        load_method(name, parameters)


def test_a_process_on_a_long_series_is_rejected_with_the_arithmetic(dataset, make_problem):
    method = load_method("gp-vae", {"max_minutes": 0.0})
    expected = r"(?s)length 200 by core toeplitz: 27 kernels .* the limit is 0 min"
    with pytest.raises(NotApplicable, match=expected):
        method.separate(make_problem(dataset))
    dense = load_method("gp-vae", {"core": "cholesky"})
    assert dense.megabytes(Size(10, 20_000, 5, 5, False)) < 3000, "not tried: nothing is held"
    with pytest.raises(NotApplicable, match="MB"):
        load_method("gp-vae", {"max_megabytes": 0}).separate(make_problem(dataset))


def test_weights_that_would_not_fit_are_rejected_with_their_size(dataset, make_problem):
    method = load_method("skr-vae", {"core": "dense", "max_megabytes": 3})
    with pytest.raises(NotApplicable, match="core dense at length 200 keeps 4 MB for 27 series"):
        method.separate(make_problem(dataset))
    fft, dense = (load_method("skr-vae", {"core": core}) for core in ("fft", "dense"))
    size = Size(10, 2000, 3, 3, False)
    assert dense.megabytes(size) > fft.megabytes(size) + 1000


def test_a_device_that_is_not_there_is_one_clear_line(dataset, make_problem):
    with pytest.raises(InputError, match="--device nonsense: not usable here"):
        load_method("vae", {}).separate(make_problem(dataset, device="nonsense"))


@every_vae
def test_ten_sources_are_begun_three_times_as_often(name, rng):
    """Every part of the batch, the prior's parameters included, follows the rule."""
    method = load_method(name, {"steps": 1, "restarts": None})
    noise = rng.standard_normal((2, 60, 10))
    separation = method.separate(Problem(noise, 10, [np.random.SeedSequence(k) for k in (0, 1)]))
    assert np.shape(separation.diagnostics["losses_of_restarts"]) == (2, 9)
    assert separation.sources.shape == (2, 60, 10)
    ten, nine = (method.megabytes(Size(10, 30_000, 10, count, False)) for count in (10, 9))
    assert ten > 1.5 * nine
