"""VAEs with the priors of other papers: what they separate, and what they don't."""

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.errors import InputError
from bssbench.methods import Problem, load_method
from bssbench.scores.matching import mean_correlation
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
@pytest.mark.parametrize("name", ["slow-vae", "ivae"])
def test_what_nothing_can_separate_they_do_not(name):
    dataset = make_dataset("gp-equal-t500", list(range(8)), {})
    low, _, high = chance_level(3)
    assert low < np.median(scores(name, dataset.observations, dataset.sources)) < high


@pytest.mark.parametrize(
    ("name", "parameters", "message"),
    [
        ("slow-vae", {"rate": 0.0}, "rate must be positive"),
        ("slow-vae", {"marginal_weight": -1.0}, "weights must not be negative"),
        ("ivae", {"segments": 0}, "segments must be at least 1"),
        ("ivae", {"window": 100}, "window must be 0"),
        ("ivae", {"restarts": -1}, "restarts must not be negative"),
    ],
)
def test_impossible_parameters_are_one_clear_line(name, parameters, message):
    with pytest.raises(InputError, match=message):
        load_method(name, parameters)
