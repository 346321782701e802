"""What the VAEs separate, and what they don't."""

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.methods import Problem, load_method
from bssbench.scores.measures.matching import mean_correlation
from bssbench.scores.measures.modal import modal_score
from bssbench.statistics.chance import chance_level


def scores(name, observations, sources, **parameters):
    """Return the MCC of each replicate of (replicate, time, channel)."""
    seeds = [np.random.SeedSequence(index) for index in range(len(observations))]
    separation = load_method(name, parameters).separate(
        Problem(observations, sources.shape[2], seeds)
    )
    return [mean_correlation(*pair) for pair in zip(sources, separation.sources, strict=True)]


@pytest.mark.slow
@pytest.mark.parametrize("data", ["ar-laplace-equal", "gp-distinct"])
def test_slow_vae_separates_by_tails_or_by_roughness_of_the_increments(data):
    dataset = make_dataset(data, [0, 1, 2], {})
    assert np.median(scores("slow-vae", dataset.observations, dataset.sources)) > 0.96


@pytest.mark.slow
def test_ivae_separates_noise_of_changing_amplitude(rng):
    """White and Gaussian at every time: nothing but the amplitudes tells such sources apart."""
    amplitudes = np.exp(rng.standard_normal((3, 20, 3))).repeat(50, axis=1)
    sources = amplitudes * rng.standard_normal((3, 1000, 3))
    mixing = np.eye(3) + 0.5 * rng.standard_normal((3, 3, 3))
    observations = sources @ np.swapaxes(mixing, 1, 2)
    assert min(scores("ivae", observations, sources)) > 0.98
    # A single segment makes it a plain VAE.
    assert np.median(scores("ivae", observations, sources, segments=1)) < 0.95


@pytest.mark.slow
@pytest.mark.parametrize("name", ["slow-vae", "ivae", "pdgmm-vae"])
def test_what_nothing_can_separate_they_do_not(name):
    dataset = make_dataset("gp-equal-t500", list(range(8)), {})
    low, _, high = chance_level(3, "mcc")
    assert low < np.median(scores(name, dataset.observations, dataset.sources)) < high


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ar-flow-vae", "gp-distinct"),
        ("skr-vae", "gp-distinct"),
        ("gp-vae", "gp-distinct-t500"),
        ("gp-vae-matern", "ar-laplace-distinct"),
        ("gp-vae-inducing", "gp-distinct-t500"),
        ("ar-flow-vae", "iid-nongaussian"),
        ("pdgmm-vae", "iid-nongaussian"),
        ("ar-flow-vae", "gp-distinct-post-nonlinear-t500"),
    ],
)
def test_they_separate_what_their_assumptions_cover(name, data, make_problem):
    """The benchmark's own finding, weakly: far above what chance or broken training reach."""
    dataset = make_dataset(data, [0, 1, 2], {})
    problem = make_problem(dataset)
    found = load_method(name, {}).separate(problem).sources
    scores = [mean_correlation(*pair) for pair in zip(dataset.sources, found, strict=True)]
    assert np.median(scores) > (0.95 if problem.nonlinear else 0.975)


@pytest.mark.slow
@pytest.mark.recordings
@pytest.mark.parametrize("name", ["ar-flow-vae", "skr-vae"])
def test_all_modes_of_the_frame_are_found(name, make_problem):
    dataset = make_dataset("modal-frame", [0], {})
    separation = load_method(name, {"steps": 800}).separate(make_problem(dataset))
    found = modal_score(separation.sources[0], dataset.sampling_rate, dataset.reference_frequencies)
    assert found.modes_found == 5
    assert found.mode_purity > 0.95
