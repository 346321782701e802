"""A replicate whose loss becomes NaN or infinite fails alone."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from bssbench.datasets.catalogue import make_dataset
from bssbench.experiment.problem import make_problem
from bssbench.methods import load_method
from bssbench.methods.vae import vae
from bssbench.priors.standard_normal import StandardNormalPrior
from bssbench.scores.cell import score_separation

STEPS, BROKEN_FROM, SPOILT = 12, 5, 1


class Breaking(StandardNormalPrior):
    """A prior whose divergence is NaN or infinite for one replicate from a given step on."""

    def __init__(self, batch, value, differentiable):
        super().__init__(batch.replicates, batch.latents)
        self.value, self.differentiable, self.step = value, differentiable, 0

    def advance(self, step):
        self.step = step

    def divergence(self, mean, std, sample=None):
        whole = super().divergence(mean, std, sample)
        if self.step + 1 < BROKEN_FROM:
            return whole
        factor = torch.ones_like(whole)
        factor[SPOILT] = self.value
        # With a gradient, the parameters become NaN as well; without one, only the loss.
        return whole * factor if self.differentiable else whole.detach() * (factor - 1) + whole


@dataclass(frozen=True)
class Method(vae.Method):
    """A VAE with that prior."""

    value: float = float("nan")
    differentiable: bool = True

    def prior(self, batch):
        return Breaking(batch, self.value, self.differentiable)


@pytest.fixture(scope="module")
def dataset():
    return make_dataset("gp-distinct-t100", [0, 1, 2], {})


def separate(method, dataset):
    return method.separate(make_problem(dataset, method, 3, 0))


@pytest.mark.parametrize("differentiable", [True, False])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_it_fails_alone_and_reports_the_step(value, differentiable, dataset):
    given = {"steps": STEPS, "restarts": 1}
    spoilt = separate(Method(**given, value=value, differentiable=differentiable), dataset)
    sound = separate(Method(**given, value=1.0), dataset)
    assert np.isnan(spoilt.sources[SPOILT]).all()
    others = [0, 2]
    np.testing.assert_array_equal(spoilt.sources[others], sound.sources[others])
    np.testing.assert_array_equal(spoilt.loss[others], sound.loss[others])
    assert spoilt.diagnostics["diverged_at"] == [None, BROKEN_FROM, None]
    assert "diverged_at" not in sound.diagnostics

    rows, expected = (
        [row for row in score_separation(dataset, "mine", each, (0, 1, 2)) if row.score == "mcc"]
        for each in (spoilt, sound)
    )
    reason = f"it diverged: the loss is not finite from step {BROKEN_FROM} on"
    assert (rows[SPOILT].status, rows[SPOILT].reason) == ("failed", reason)
    assert [rows[index] for index in others] == [expected[index] for index in others]


def test_a_seed_that_diverges_in_all_restarts_but_one_has_the_result_of_that_one(dataset):
    """Of six models the second, one of the first seed's two, diverges."""
    given = {"steps": STEPS, "restarts": 2}
    spoilt = separate(Method(**given), dataset)
    sound = separate(Method(**given, value=1.0), dataset)
    assert "diverged_at" not in spoilt.diagnostics
    assert spoilt.diagnostics["losses_of_restarts"][0][1] is None
    assert np.isfinite(spoilt.sources).all()
    np.testing.assert_array_equal(spoilt.sources[1:], sound.sources[1:])


def test_a_step_size_too_large_for_all_makes_all_fail(dataset):
    method = load_method("skr-vae", {"steps": STEPS, "restarts": 1, "learning_rate": 1e30})
    separation = separate(method, dataset)
    assert np.isnan(separation.sources).all()
    assert all(0 < step <= STEPS + 1 for step in separation.diagnostics["diverged_at"])
