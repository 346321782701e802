import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError, NotApplicable
from bssbench.methods import Problem, Size, load_method, method_names
from bssbench.randomness import seed_sequence
from bssbench.scores.matching import mean_correlation
from bssbench.scores.modal import modal_score
from bssbench.statistics.chance import chance_level

QUICK = {"steps": 30, "restarts": 2}
VARIATIONAL = [name for name in method_names() if "vae" in name]
every_method = pytest.mark.parametrize("name", method_names())


def make_problem(dataset, seeds=None, **changes):
    chosen = list(range(len(dataset.seeds))) if seeds is None else seeds
    values = {
        "observations": dataset.observations[chosen],
        "n_sources": dataset.n_sources,
        "seeds": [
            seed_sequence(0, dataset.name, "initialisation", dataset.seeds[i]) for i in chosen
        ],
        "sources": None if dataset.sources is None else dataset.sources[chosen],
    }
    return Problem(**(values | changes))


def quick(name, **parameters):
    return load_method(name, (QUICK if name in VARIATIONAL else {}) | parameters)


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("gp-distinct-t200", [0, 1, 2], {})


@every_method
def test_a_separation_has_the_promised_shapes(name, dataset):
    separation = quick(name).separate(make_problem(dataset))
    assert separation.sources.shape == (3, 200, 3)
    assert np.isfinite(separation.sources).all()
    assert separation.unmixing_matrix.shape == (3, 3, 3)
    assert set(separation.stopwatch.laps) == {"warm_up", "solve"}
    assert all(cpu >= 0 for _, cpu in separation.stopwatch.laps.values())
    if name in VARIATIONAL:
        assert separation.uncertainty.shape == (3, 3)
        assert separation.loss.shape == (3,)
        assert separation.history["loss"].shape == (3, len(separation.history["step"]))
        path = separation.history["unmixing_matrix"]
        assert path.shape == (3, len(separation.history["step"]), 3, 3)
        np.testing.assert_array_equal(path[:, -1], separation.unmixing_matrix)
        records = separation.stopwatch.records
        assert len(records) == len(separation.history["step"])
        elapsed = sum(wall for wall, _ in separation.stopwatch.laps.values())
        assert 0 < records[0] < records[-1] < elapsed


@every_method
def test_the_unmixing_matrix_is_what_made_the_sources(name, dataset):
    separation = quick(name).separate(make_problem(dataset))
    centred = dataset.observations - dataset.observations.mean(1, keepdims=True)
    unmixed = centred @ np.swapaxes(separation.unmixing_matrix, 1, 2)
    for estimated, mapped in zip(separation.sources, unmixed, strict=True):
        # A VAE's encoder has a bias: sources are compared up to a constant.
        residual = (estimated - estimated.mean(0)) - (mapped - mapped.mean(0))
        assert np.abs(residual).max() < 1e-3 * np.abs(estimated).max()


@every_method
def test_the_same_seeds_give_the_same_numbers(name, dataset):
    first = quick(name).separate(make_problem(dataset)).sources
    second = quick(name).separate(make_problem(dataset)).sources
    np.testing.assert_array_equal(first, second)


@every_method
def test_a_seed_does_not_depend_on_the_others(name, dataset):
    together = quick(name).separate(make_problem(dataset))
    alone = quick(name).separate(make_problem(dataset, [1]))
    np.testing.assert_array_equal(alone.sources[0], together.sources[1])
    if name in VARIATIONAL:
        path, paths = (s.history["unmixing_matrix"] for s in (alone, together))
        np.testing.assert_array_equal(path[0], paths[1])


@pytest.mark.slow
@pytest.mark.parametrize("name", VARIATIONAL)
@pytest.mark.parametrize(
    ("data", "parameters"),
    [
        ("gp-equal", {}),
        ("gp-distinct-post-nonlinear", {"steps": 200}),
        # Each seed has another variance of the decoder.
        ("waveforms", {"steps": 200}),
    ],
)
def test_a_seed_does_not_depend_on_the_others_after_training(name, data, parameters):
    """On `gp-equal` nothing pulls the latents anywhere, so any difference would grow."""
    dataset = make_dataset(f"{data}-t200", [0, 1, 2], {})
    nonlinear = dataset.mixing == "nonlinear"
    method = load_method(name, parameters)
    together = method.separate(make_problem(dataset, nonlinear=nonlinear))
    alone = method.separate(make_problem(dataset, [2], nonlinear=nonlinear))
    np.testing.assert_array_equal(together.loss[2], alone.loss[0])
    np.testing.assert_array_equal(together.sources[2], alone.sources[0])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ar-flow-vae", "gp-distinct"),
        ("skr-vae", "gp-distinct"),
        ("gp-vae", "gp-distinct-t500"),
        ("gp-vae-matern", "ar-laplace-distinct"),
        ("gp-vae-inducing", "gp-distinct-t500"),
        ("sobi", "gp-distinct"),
        ("ar-flow-vae", "iid-nongaussian"),
        ("fastica", "iid-nongaussian"),
        ("ar-flow-vae", "gp-distinct-post-nonlinear-t500"),
    ],
)
def test_methods_separate_what_their_assumptions_cover(name, data):
    """The benchmark's own finding, weakly: far above what chance or broken training reach."""
    dataset = make_dataset(data, [0, 1, 2], {})
    nonlinear = dataset.mixing == "nonlinear"
    separation = load_method(name, {}).separate(make_problem(dataset, nonlinear=nonlinear))
    scores = [
        mean_correlation(true, estimated)
        for true, estimated in zip(dataset.sources, separation.sources, strict=True)
    ]
    assert np.median(scores) > (0.95 if nonlinear else 0.975)


@pytest.mark.slow
@pytest.mark.recordings
@pytest.mark.parametrize("name", ["ar-flow-vae", "skr-vae", "sobi"])
def test_all_modes_of_the_frame_are_found(name):
    dataset = make_dataset("modal-frame", [0], {})
    parameters = {"steps": 800} if name in VARIATIONAL else {}
    problem = make_problem(dataset, sources=None)
    separation = load_method(name, parameters).separate(problem)
    found = modal_score(separation.sources[0], dataset.sampling_rate, dataset.reference_frequencies)
    assert found.modes_found == 5
    assert found.mode_purity > 0.95


@every_method
def test_separating_does_not_change_the_problem(name, dataset):
    problem = make_problem(dataset)
    first = quick(name).separate(problem).sources
    np.testing.assert_array_equal(first, quick(name).separate(problem).sources)


@pytest.mark.parametrize("name", [n for n in method_names() if n != "oracle"])
def test_dependent_channels_are_refused(name, rng):
    one = rng.standard_normal((1, 100, 1))
    problem = Problem(np.concatenate([one, 2 * one], axis=2), 2, [np.random.SeedSequence(0)])
    with pytest.raises(InputError, match="fewer than 2 independent directions"):
        quick(name).separate(problem)


@pytest.mark.parametrize("name", VARIATIONAL)
def test_the_restart_kept_is_the_one_with_the_lowest_loss(name, dataset):
    separation = load_method(name, QUICK | {"restarts": 3}).separate(make_problem(dataset))
    losses = np.array(separation.diagnostics["losses_of_restarts"])
    assert losses.shape == (3, 3)
    np.testing.assert_allclose(separation.loss, losses.min(axis=1))
    # Restarts are different initialisations, or they would be worthless.
    assert (np.ptp(losses, axis=1) > 0).all()


@pytest.mark.parametrize("name", [n for n in VARIATIONAL if n != "gp-vae-inducing"])
def test_ten_sources_are_begun_three_times_as_often(name, rng):
    """Every part of the batch, the prior's parameters included, follows the rule."""
    method = load_method(name, {"steps": 2})
    assert [method.chosen_restarts(count) for count in (2, 9, 10, 40)] == [3, 3, 9, 9]
    assert quick(name, restarts=4).chosen_restarts(10) == 4
    noise = rng.standard_normal((2, 120, 10))
    separation = method.separate(Problem(noise, 10, [np.random.SeedSequence(k) for k in (0, 1)]))
    assert np.shape(separation.diagnostics["losses_of_restarts"]) == (2, 9)
    assert separation.sources.shape == (2, 120, 10)
    assert len(separation.diagnostics.get("spacing", [1, 1])) == 2
    ten, nine = (method.megabytes(Size(10, 30_000, 10, count, False)) for count in (10, 9))
    assert ten > 1.5 * nine


@pytest.mark.parametrize("name", VARIATIONAL)
def test_nonlinear_demixing_has_no_unmixing_matrix(name, dataset):
    separation = quick(name).separate(make_problem(dataset, nonlinear=True))
    assert separation.unmixing_matrix is None
    assert separation.sources.shape == (3, 200, 3)


@every_method
def test_more_channels_than_sources(name):
    dataset = make_dataset("ar-laplace-distinct-m6-t200", [0], {})
    separation = quick(name).separate(make_problem(dataset))
    assert separation.sources.shape == (1, 200, 3)
    assert separation.unmixing_matrix.shape == (1, 3, 6)


@every_method
def test_a_single_source(name):
    dataset = make_dataset("gp-equal-1-m2-t100", [0], {})
    separation = quick(name).separate(make_problem(dataset))
    assert mean_correlation(dataset.sources[0], separation.sources[0]) > 0.99


def test_the_oracle_is_the_ceiling_and_random_is_chance():
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
    low, middle, high = chance_level(3)
    assert np.median(scores["random"]) == pytest.approx(middle, abs=0.06)
    # What nothing can separate, SOBI does not.
    assert low < np.median(scores["sobi"]) < high


def test_the_oracle_has_no_answer_without_the_truth(dataset):
    with pytest.raises(NotApplicable, match="true sources"):
        quick("oracle").separate(make_problem(dataset, sources=None))


def test_only_controls_ask_for_the_truth():
    assert [n for n in method_names() if quick(n).needs_true_sources] == ["oracle"]


def test_a_process_on_a_long_series_is_refused_with_the_arithmetic(dataset):
    method = load_method("gp-vae", {"max_minutes": 0.0})
    with pytest.raises(
        NotApplicable, match=r"(?s)length 200 by core toeplitz: 27 kernels .* the limits are 0 min"
    ):
        method.separate(make_problem(dataset))
    dense = load_method("gp-vae", {"core": "cholesky"})
    assert dense.megabytes(Size(10, 20_000, 5, 5, False)) < 3000, "refused: nothing is held"
    with pytest.raises(NotApplicable, match="MB"):
        load_method("gp-vae", {"max_megabytes": 0}).separate(make_problem(dataset))


def test_weights_that_would_not_fit_are_refused_with_their_size(dataset):
    method = load_method("skr-vae", {"core": "dense", "max_megabytes": 3})
    with pytest.raises(NotApplicable, match="by core dense: weights of 27 series are 4 MB"):
        method.separate(make_problem(dataset))
    fft, dense = (load_method("skr-vae", {"core": core}) for core in ("fft", "dense"))
    size = Size(10, 2000, 3, 3, False)
    assert dense.megabytes(size) > fft.megabytes(size) + 1000


@pytest.mark.parametrize(
    ("name", "cores"),
    [
        ("skr-vae", ["fft", "dense", "chunked", "banded"]),
        ("gp-vae", ["toeplitz", "cholesky"]),
    ],
)
def test_training_through_another_core_ends_at_the_same(name, cores, dataset):
    """Not only one divergence, but a whole training agrees, as far as rounding allows."""
    problem = make_problem(dataset)
    ends = [quick(name, core=core).separate(problem) for core in cores]
    assert [end.diagnostics["core"] for end in ends] == cores
    for end in ends[1:]:
        np.testing.assert_allclose(end.loss, ends[0].loss, rtol=2e-3)


@every_method
def test_the_declared_memory_grows_with_the_problem(name):
    method = quick(name)
    small, large = (method.megabytes(Size(10, length, 3, 3, False)) for length in (500, 1500))
    assert 100 < small < large
    assert method.megabytes(Size(10, 1500, 3, 3, True)) > large or name not in VARIATIONAL


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("skr-va", {}, "did you mean 'skr-vae'"),
        ("skr-vae", {"bandwith": 1.0}, "unknown parameter 'bandwith'"),
        ("skr-vae", {"steps": 1.5}, "steps must be of type int"),
        ("skr-vae", {"restarts": -1}, "restarts must not be negative"),
        ("skr-vae", {"learning_rate": float("nan")}, "must be finite"),
        ("skr-vae", {"window": 15}, "window must be 0 or at least 16"),
        ("vae", {"observation_variance": -1.0}, "observation_variance must not be negative"),
        ("ar-flow-vae", {"order": 0}, "order and layers must be at least 1"),
        ("ar-flow-vae", {"order": 6}, "power of two"),
        ("ar-flow-vae", {"network_scale": -0.1}, "network_scale must not be negative"),
        ("ar-flow-vae-shared", {"base": "cauchy"}, "base must be one of"),
        ("skr-vae-learned", {"freedom": 0.0}, "freedom must be positive"),
        ("sobi", {"lags": 0}, "lags must be at least 1"),
        ("sobi", {"max_iterations": -1}, "max_iterations must be at least 1"),
        ("fastica", {"tolerance": -1.0}, "tolerance not negative"),
        ("picard", {"max_iterations": 0}, "max_iterations must be at least 1"),
        ("oracle", {"steps": 3}, "there are none"),
        ("skr-vae", {"core": "cholesky"}, "for a kernel regression"),
        ("gp-vae", {"core": "choleski"}, "did you mean 'cholesky'"),
        ("gp-vae", {"core": "markovian"}, "can't do a squared-exponential kernel"),
    ],
)
def test_impossible_parameters_are_one_clear_line(name, parameters, message):
    with pytest.raises(InputError, match=message):
        load_method(name, parameters)


def test_a_device_that_is_not_there_is_one_clear_line(dataset):
    with pytest.raises(InputError, match="--device nonsense: not usable here"):
        quick("vae").separate(make_problem(dataset, device="nonsense"))
