import numpy as np
import pytest

from bssbench.randomness import random_rotation
from bssbench.recording.resampling import block_length, correlation_time, resampled_rows
from bssbench.recording.stability import (
    similarities_by_unmixing,
    similarities_of,
    stability,
)


def runs_of(unmixing, rng, n_runs=20):
    """What runs find that all find the same, up to order and sign, and a little noise."""
    found = []
    for _ in range(n_runs):
        order = rng.permutation(len(unmixing))
        signs = rng.choice([-1.0, 1.0], size=(len(unmixing), 1))
        found.append(unmixing[order] * signs + 0.02 * rng.standard_normal(unmixing.shape))
    return np.stack(found)


def test_what_all_runs_find_is_stable(rng):
    observations = rng.laplace(size=(2000, 4))
    found = runs_of(np.eye(4), rng)
    judged = stability(similarities_by_unmixing(found, observations), 4, 0)
    assert judged.trusted.all()
    assert (judged.quality > 0.9).all()
    assert (judged.found_in == 1).all()
    assert judged.n_runs == 20


def test_what_every_run_turns_differently_is_not(rng):
    observations = rng.standard_normal((2000, 4))
    found = np.stack([random_rotation(rng, 4) for _ in range(20)])
    judged = stability(similarities_by_unmixing(found, observations), 4, 3)
    assert not judged.trusted.any()


def test_a_source_is_judged_by_itself(rng):
    """Two sources are found by all runs, and two are turned into each other."""
    observations = rng.standard_normal((5000, 4))
    found = runs_of(np.eye(4), rng)
    turned = np.zeros((20, 4, 4))
    turned[:, :2, :2] = np.eye(2)
    turned[:, 2:, 2:] = [random_rotation(rng, 2) for _ in range(20)]
    judged = stability(similarities_by_unmixing(found[:, :4] * 0 + turned, observations), 4, 5)
    assert judged.trusted.tolist() == [True, True, False, False]


def test_similarities_by_unmixing_are_those_of_the_sources(rng):
    observations = rng.standard_normal((500, 3))
    unmixing = rng.standard_normal((4, 2, 3))
    sources = observations @ np.swapaxes(unmixing, 1, 2)
    expected = np.abs(np.corrcoef(np.moveaxis(sources, 2, 1).reshape(8, -1)))
    assert similarities_by_unmixing(unmixing, observations) == pytest.approx(expected)
    assert similarities_of(sources) == pytest.approx(expected)


def test_the_quality_is_that_of_icasso():
    """Mean similarity within a cluster less that to all others, by hand."""
    similarities = np.array(
        [
            [1.0, 0.1, 0.8, 0.2],
            [0.1, 1.0, 0.3, 0.6],
            [0.8, 0.3, 1.0, 0.1],
            [0.2, 0.6, 0.1, 1.0],
        ]
    )
    judged = stability(similarities, 2, 0)
    assert judged.quality == pytest.approx([0.9 - 0.175, 0.8 - 0.175])


def test_one_source_is_alike_in_all_runs(rng):
    judged = stability(similarities_by_unmixing(np.ones((3, 1, 1)), rng.normal(size=(9, 1))), 1, 0)
    assert judged.quality == pytest.approx([1.0])


def test_the_correlation_time_of_an_autoregression(rng):
    """1 + 2 Σ ρ^2k = (1 + ρ²) / (1 − ρ²)."""
    from scipy.signal import lfilter

    for rho in (0.0, 0.6, -0.9):
        signal = lfilter([1.0], [1.0, -rho], rng.standard_normal(200_000))[:, None]
        assert correlation_time(signal) == pytest.approx((1 + rho**2) / (1 - rho**2), rel=0.1)


def test_a_sine_never_decays_and_its_blocks_are_a_tenth():
    sine = np.sin(np.arange(1000) / 3)[:, None]
    assert correlation_time(sine) == 1000
    assert block_length(sine) == 100


def test_blocks_go_round(rng):
    rows = resampled_rows(1000, 30, rng)
    assert rows.shape == (1000,)
    steps = np.diff(rows) % 1000
    assert (steps == 1).mean() > 0.95
    counts = np.mean(
        [np.bincount(resampled_rows(50, 7, rng), minlength=50) for _ in range(2000)], axis=0
    )
    assert counts == pytest.approx(np.ones(50), abs=0.15)
