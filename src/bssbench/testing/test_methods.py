"""Tests of every method."""

import dataclasses
from dataclasses import replace

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError
from bssbench.methods import Problem, Size, load_method
from bssbench.scores.measures.matching import mean_correlation
from bssbench.separation import Separation
from bssbench.testing.options import of_kind
from bssbench.testing.problems import problem_of, quick_method, trains


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test on every method."""
    if "method_name" in metafunc.fixturenames:
        metafunc.parametrize("method_name", of_kind(metafunc.config, "method"))


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Return three seeds of three sources on three channels, with 200 samples."""
    return make_dataset("gp-distinct-t200", [0, 1, 2], {})


def test_it_says_what_it_is_and_where_its_defaults_come_from(method_name: str) -> None:
    """The class has a docstring, and each parameter's default states its source."""
    method = load_method(method_name, {})
    first = (type(method).__doc__ or "").splitlines()[0]
    assert first.rstrip()
    assert not first.startswith("Method("), "the class has a docstring of its own"
    for field in dataclasses.fields(method):
        assert field.metadata.get("source"), f"{field.name}: write it with `parameter`"


def test_a_separation_has_the_promised_shapes(method_name: str, dataset: Dataset) -> None:
    """Finite sources for all seeds, and the unmixing matrix if the method is linear."""
    separation = quick_method(method_name).separate(problem_of(dataset))
    assert separation.sources.shape == (3, 200, 3)
    assert np.isfinite(separation.sources).all()
    if separation.unmixing_matrix is not None:
        assert separation.unmixing_matrix.shape == (3, 3, 3)
    assert set(separation.stopwatch.laps) == {"warm_up", "solve"}
    assert all(cpu >= 0 for _, cpu in separation.stopwatch.laps.values())


def test_a_separation_is_the_same_after_writing_and_reading(
    method_name: str, dataset: Dataset, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Saving and loading changes neither the sources nor the diagnostics."""
    path = tmp_path_factory.mktemp("separation") / "separation.npz"
    separation = quick_method(method_name).separate(problem_of(dataset, [0]))
    separation.save(path)
    again = Separation.load(path)
    np.testing.assert_array_equal(again.sources, separation.sources)
    assert again.diagnostics == separation.diagnostics


def test_the_unmixing_matrix_is_what_made_the_sources(method_name: str, dataset: Dataset) -> None:
    """The matrix applied to the centred observations gives the sources, up to a constant."""
    separation = quick_method(method_name).separate(problem_of(dataset))
    if separation.unmixing_matrix is None:
        pytest.skip("the method has no unmixing matrix")
    centred = dataset.observations - dataset.observations.mean(1, keepdims=True)
    unmixed = centred @ np.swapaxes(separation.unmixing_matrix, 1, 2)
    for estimated, mapped in zip(separation.sources, unmixed, strict=True):
        # The encoder of a VAE has a bias, so compare the sources up to a constant.
        residual = (estimated - estimated.mean(0)) - (mapped - mapped.mean(0))
        assert np.abs(residual).max() < 1e-3 * np.abs(estimated).max()


def test_the_same_problem_has_the_same_numbers_each_time(
    method_name: str, dataset: Dataset
) -> None:
    """The seeds are the only source of randomness."""
    problem = problem_of(dataset)
    first, again = (quick_method(method_name).separate(problem).sources for _ in range(2))
    np.testing.assert_array_equal(first, again)
    fresh = quick_method(method_name).separate(problem_of(dataset)).sources
    np.testing.assert_array_equal(first, fresh)


def test_observations_are_not_written_to(method_name: str, dataset: Dataset) -> None:
    """A method must not modify the arrays that it is given."""
    observations = dataset.observations.copy()
    quick_method(method_name).separate(problem_of(dataset, observations=observations))
    np.testing.assert_array_equal(observations, dataset.observations)


def test_what_says_it_is_deterministic_does_not_heed_the_seed(
    method_name: str, dataset: Dataset
) -> None:
    """One replicate of a recording is enough for a deterministic method."""
    method = quick_method(method_name)
    if not method.deterministic:
        pytest.skip("the method depends on the seed")
    problem = problem_of(dataset)
    others = replace(problem, seeds=[np.random.SeedSequence(9 + i) for i in range(3)])
    np.testing.assert_array_equal(method.separate(problem).sources, method.separate(others).sources)


def test_a_seed_does_not_depend_on_the_others(method_name: str, dataset: Dataset) -> None:
    """The result of a replicate is identical, bit for bit, whatever else is in its batch."""
    together = quick_method(method_name).separate(problem_of(dataset))
    alone = quick_method(method_name).separate(problem_of(dataset, [1]))
    np.testing.assert_array_equal(alone.sources[0], together.sources[1])


def test_dependent_channels_are_one_clear_line(method_name: str) -> None:
    """Linearly dependent channels raise an `InputError` with a message of one line."""
    method = quick_method(method_name)
    if method.needs_true_sources:
        pytest.skip("the method needs true sources, which this problem does not have")
    one = np.random.default_rng(0).standard_normal((1, 100, 1))
    problem = Problem(np.concatenate([one, 2 * one], axis=2), 2, [np.random.SeedSequence(0)])
    with pytest.raises(InputError) as caught:
        method.separate(problem)
    assert "\n" not in str(caught.value)


def test_more_channels_than_sources(method_name: str) -> None:
    """The method returns as many sources as requested, unmixed from all channels."""
    dataset = make_dataset("ar-laplace-distinct-m6-t200", [0], {})
    separation = quick_method(method_name).separate(problem_of(dataset))
    assert separation.sources.shape == (1, 200, 3)
    if separation.unmixing_matrix is not None:
        assert separation.unmixing_matrix.shape == (1, 3, 6)


def test_a_single_source(method_name: str) -> None:
    """A single source in two channels is recovered."""
    dataset = make_dataset("gp-equal-1-m2-t100", [0], {})
    separation = quick_method(method_name).separate(problem_of(dataset))
    assert dataset.sources is not None
    assert mean_correlation(dataset.sources[0], separation.sources[0]) > 0.99


def test_the_declared_memory_grows_with_the_problem(method_name: str) -> None:
    """The workflow uses this estimate to decide which jobs can run at the same time."""
    method = quick_method(method_name)
    # Few seeds, so that the larger problem stays below the limit on what is kept in memory.
    small, large = (method.megabytes(Size(5, length, 3, 3, False)) for length in (500, 1500))
    assert 100 < small < large
    assert method.megabytes(Size(5, 1500, 3, 3, True)) > large or not trains(method_name)


def test_the_declared_time_is_positive_and_grows_with_the_problem(method_name: str) -> None:
    """The workflow uses this estimate to start the longest jobs first."""
    method = load_method(method_name, {})
    small, large = (method.seconds(Size(10, length, 3, 3, False)) for length in (500, 30_000))
    assert 0 < small < large
    assert method.seconds(Size(10, 30_000, 3, 3, True)) > large or not trains(method_name)


def test_the_declared_time_grows_with_steps_and_restarts(method_name: str) -> None:
    """The estimate increases with the number of steps and of restarts."""
    if not trains(method_name):
        pytest.skip("the method is not trained")
    size = Size(10, 2000, 3, 3, False)
    seconds = [
        load_method(method_name, {"steps": steps, "restarts": restarts}).seconds(size)
        for steps, restarts in ((600, 1), (1200, 1), (1200, 2))
    ]
    assert seconds == sorted(set(seconds))
