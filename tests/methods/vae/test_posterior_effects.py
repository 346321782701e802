"""What the form of posterior and latents does for the separation: after whole trainings."""

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.methods import Problem, load_method
from bssbench.randomness import seed_sequence
from bssbench.scores.measures.matching import mean_correlation

pytestmark = pytest.mark.slow


def scores(dataset, method="ar-flow-vae", **parameters):
    """Return the MCC of each seed."""
    seeds = [seed_sequence(0, dataset.name, "initialisation", seed) for seed in dataset.seeds]
    separation = load_method(method, parameters).separate(
        Problem(
            dataset.observations, dataset.n_sources, seeds, nonlinear=dataset.mixing == "nonlinear"
        )
    )
    pairs = zip(dataset.sources, separation.sources, strict=True)
    return np.array([mean_correlation(*pair) for pair in pairs])


def test_a_mean_averaged_over_time_separates_slow_sources_better():
    """Without it the prior sees the sensors' noise, and is likeliest where that is uncorrelated."""
    dataset = make_dataset("gp-distinct-5", [1, 2, 3], {})
    averaged = scores(dataset, restarts=1)
    pointwise = scores(dataset, restarts=1, smoothing=False)
    assert averaged.min() > 0.98
    assert (averaged > pointwise).all()
    assert averaged.mean() > pointwise.mean() + 0.004


def test_a_full_covariance_does_not_prefer_fast_sources_mixed_again():
    """With a diagonal one, what has the lowest loss of this seed's restarts scores 0.83."""
    dataset = make_dataset("ar-laplace-distinct-mlp-1", [8], {})
    assert scores(dataset).min() > 0.95


def test_a_regression_that_asks_for_uncorrelated_latents_supports_a_full_covariance():
    """Without asking for that, its own residuals are smallest where latents are mixed again."""
    dataset = make_dataset("ar-laplace-distinct-mlp-1", [3, 6, 7], {})
    assert scores(dataset, "skr-vae").min() > 0.965
    # 0.84, 0.80 and 0.82 where this was written.
    assert scores(dataset, "skr-vae", uncorrelated=False).min() < 0.93


def test_the_increments_prior_keeps_its_diagonal_covariance():
    """It asks for nothing that keeps latents apart, and a full one is exploited."""
    dataset = make_dataset("gp-distinct-mlp-1", [0, 1], {})
    diagonal = scores(dataset, "slow-vae", restarts=1)
    full = scores(dataset, "slow-vae", restarts=1, posterior="full")
    assert full.mean() < diagonal.mean() - 0.1


def test_one_prior_for_all_latents_separates_by_scales_of_their_own_alone():
    """With the scale closed the median is below that of random rotations, which is 0.82."""
    dataset = make_dataset("gp-distinct", [0, 1, 2, 3, 4], {})
    for name in ("skr-vae-shared", "gp-vae-shared"):
        assert np.median(scores(dataset, name, scale="free", restarts=1)) > 0.95
        assert np.median(scores(dataset, name, restarts=1)) < 0.82
    assert np.median(scores(dataset, "skr-vae", scale="closed", restarts=1)) > 0.97
