"""What is promised of every VAE's training."""

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import NotApplicable
from bssbench.methods import Problem, load_method, method_names
from bssbench.methods.vae._variational import VariationalMethod

VAES = [name for name in method_names() if isinstance(load_method(name, {}), VariationalMethod)]
every_vae = pytest.mark.parametrize("name", VAES)


def quick(name, **parameters):
    return load_method(name, {"steps": 12, "restarts": 2} | parameters)


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("gp-distinct-t200", [0, 1, 2], {})


@every_vae
def test_the_way_there_is_kept(name, dataset, make_problem):
    separation = quick(name).separate(make_problem(dataset))
    assert separation.uncertainty.shape == (3, 3)
    assert separation.loss.shape == (3,)
    assert separation.history["loss"].shape == (3, len(separation.history["step"]))
    path = separation.history["unmixing_matrix"]
    assert path.shape == (3, len(separation.history["step"]), 3, 3)
    np.testing.assert_array_equal(path[:, -1], separation.unmixing_matrix)
    alone = quick(name).separate(make_problem(dataset, [1]))
    np.testing.assert_array_equal(alone.history["unmixing_matrix"][0], path[1])
    records = separation.stopwatch.records
    assert len(records) == len(separation.history["step"])
    elapsed = sum(wall for wall, _ in separation.stopwatch.laps.values())
    assert 0 < records[0] < records[-1] < elapsed


@every_vae
def test_nonlinear_demixing_has_no_unmixing_matrix(name, dataset, make_problem):
    separation = quick(name).separate(make_problem(dataset, nonlinear=True))
    assert separation.unmixing_matrix is None
    assert separation.sources.shape == (3, 200, 3)


@pytest.mark.slow
@every_vae
@pytest.mark.parametrize(
    ("data", "parameters"),
    [
        ("gp-equal", {"steps": 300}),
        ("gp-distinct-post-nonlinear", {"steps": 100}),
        # Each seed has another variance of the decoder.
        ("waveforms", {"steps": 100}),
    ],
)
def test_a_seed_does_not_depend_on_the_others_after_training(name, data, parameters, make_problem):
    """On `gp-equal` nothing pulls the latents anywhere, so any difference would grow."""
    dataset = make_dataset(f"{data}-t200", [0, 1, 2], {})
    method = load_method(name, parameters)
    together = method.separate(make_problem(dataset))
    alone = method.separate(make_problem(dataset, [2]))
    np.testing.assert_array_equal(together.loss[2], alone.loss[0])
    np.testing.assert_array_equal(together.sources[2], alone.sources[0])


@pytest.mark.parametrize(
    ("name", "cores"),
    [
        ("skr-vae", ["fft", "dense", "chunked", "banded"]),
        ("gp-vae", ["toeplitz", "cholesky"]),
    ],
)
def test_training_through_another_core_ends_at_the_same(name, cores, dataset, make_problem):
    """Not only one divergence, but a whole training agrees, as far as rounding allows."""
    problem = make_problem(dataset)
    ends = [quick(name, core=core, steps=30).separate(problem) for core in cores]
    assert [end.diagnostics["core"] for end in ends] == cores
    for end in ends[1:]:
        np.testing.assert_allclose(end.loss, ends[0].loss, rtol=2e-3)


@every_vae
def test_a_long_series_is_trained_by_windows_and_separated_whole(name, rng):
    problem = Problem(rng.standard_normal((1, 30_001, 2)), 2, [np.random.SeedSequence(0)])
    method = load_method(name, {"restarts": 1, "steps": 1})
    if name == "gp-vae-gpytorch":
        # Even a window is too long for a dense matrix of each series.
        with pytest.raises(NotApplicable, match="at length 8192 keeps"):
            method.separate(problem)
        return
    separation = method.separate(problem)
    assert separation.sources.shape == (1, 30_001, 2)
    assert np.isfinite(separation.loss).all()
    # A segment's variance is known from that segment alone.
    assert separation.diagnostics["window"] == (30_001 if name == "ivae" else 8192)


@pytest.mark.slow
@pytest.mark.parametrize(("steps", "rests"), [(30, False), (600, True)])
@pytest.mark.parametrize("name", ["ar-flow-vae", "skr-vae"])
def test_a_training_that_is_cut_short_has_not_converged(name, steps, rests, make_problem):
    dataset = make_dataset("gp-distinct-t500", [0, 1], {})
    separation = quick(name, restarts=1, steps=steps).separate(make_problem(dataset))
    assert separation.diagnostics["converged"] == [rests, rests]


def test_a_flow_is_described_by_numbers(dataset, make_problem):
    """A feature of the past by its first and last lag, in units of the seed's spacing."""
    chosen = {"order": 2, "octaves": 1, "spacing": 3, "hidden_units": 0, "base": "laplace"}
    diagnostics = quick("ar-flow-vae-shared", **chosen).separate(make_problem(dataset)).diagnostics
    assert diagnostics["flow"] == {
        "layers": 1,
        "lags": [[1, 1], [2, 2], [3, 4]],
        "hidden_units": 0,
        "state_dependent_scale": False,
        "base": "laplace",
        "shared": True,
    }
    assert diagnostics["spacing"] == [3, 3, 3]
