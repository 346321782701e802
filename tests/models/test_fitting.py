"""From observations to a separation: seeds of unlike spacing, their records, their restarts."""

from dataclasses import replace

import numpy as np
import pytest

from bssbench.methods import load_method
from bssbench.models.fitting import fit, held_out_objective
from bssbench.models.recipe import Recipe

LENGTH = 200
RECIPE = Recipe(restarts=2, steps=12, learning_rate=1e-2, window=LENGTH)
BRIEF = replace(RECIPE, steps=4)
SPACINGS = [1, 3, 2, 1, 3]
SEEDS = [np.random.SeedSequence(index) for index in range(len(SPACINGS))]


@pytest.fixture(scope="module")
def observations():
    """Mixtures sampled one to three times as fast as they vary, (replicate, time, channel)."""
    rng, series = np.random.default_rng(0), []
    for spacing in SPACINGS:
        spectrum = np.fft.rfft(rng.laplace(size=(LENGTH, 3)), axis=0)
        spectrum[int(0.9 * len(spectrum) / spacing) :] = 0.0
        mixing = np.eye(3) + 0.4 * rng.standard_normal((3, 3))
        series.append(np.fft.irfft(spectrum, LENGTH, axis=0) @ mixing)
    return np.stack(series)


def fitted(observations, rows, recipe=RECIPE, name="ar-flow-vae", progress=None):
    seeds, make_prior = [SEEDS[row] for row in rows], load_method(name, {}).prior
    return fit(observations[rows], 3, seeds, recipe, make_prior, progress)


@pytest.mark.parametrize("name", ["ar-flow-vae", "skr-vae", "gp-vae"])
@pytest.mark.parametrize(
    "recipe",
    [BRIEF, replace(BRIEF, nonlinear=True), replace(BRIEF, window=80)],
    ids=["whole", "nonlinear", "windows"],
)
def test_seeds_of_unlike_spacing_stand_where_they_stood(name, recipe, observations):
    many, spacings = fitted(observations, list(range(5)), recipe, name)
    assert spacings == SPACINGS
    for row in range(5):
        one, spacings = fitted(observations, [row], recipe, name)
        assert spacings == [SPACINGS[row]]
        np.testing.assert_array_equal(one.sources[0], many.sources[row])
        np.testing.assert_array_equal(one.uncertainty[0], many.uncertainty[row])
        assert one.loss[0] == many.loss[row]
        assert one.history.keys() == many.history.keys()
        for key in one.history.keys() - {"step"}:
            np.testing.assert_array_equal(one.history[key][0], many.history[key][row])
        for key in ("losses_of_restarts", "converged", "observation_variance"):
            assert one.diagnostics[key][0] == many.diagnostics[key][row]


def test_on_held_out_time_too(observations):
    recipe, make_prior = replace(BRIEF, window=160), load_method("ar-flow-vae", {}).prior
    together = held_out_objective(observations, 160, 3, SEEDS, recipe, make_prior)
    for row in range(5):
        one = slice(row, row + 1)
        alone = held_out_objective(observations[one], 160, 3, SEEDS[one], recipe, make_prior)
        assert alone[0] == together[row]


def test_progress_and_records_are_of_all_trainings_together(observations):
    seen = []
    separation, _ = fitted(observations, list(range(5)), progress=lambda *now: seen.append(now))
    assert seen == [(step, 36) for step in range(1, 37)]
    records = separation.stopwatch.records
    assert len(records) == len(separation.history["step"]) == 12
    assert all(np.diff(records) > 0)
    assert records[-1] < sum(wall for wall, _ in separation.stopwatch.laps.values())


def test_a_variance_that_is_set_is_every_seeds(observations):
    recipe = replace(RECIPE, observation_variance=0.2)
    diagnostics = fitted(observations, [0, 1], recipe)[0].diagnostics
    assert diagnostics["observation_variance"] == [0.2, 0.2]


def test_the_restart_kept_is_the_one_with_the_lowest_loss(observations):
    separation, _ = fitted(observations, [0, 1], replace(RECIPE, restarts=3))
    losses = np.array(separation.diagnostics["losses_of_restarts"])
    assert losses.shape == (2, 3)
    np.testing.assert_array_equal(separation.loss, losses.min(axis=1))
    # Restarts are different initialisations, or they would be worthless.
    assert (np.ptp(losses, axis=1) > 0).all()
