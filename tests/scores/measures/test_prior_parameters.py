"""Errors of learned prior parameters, of histories whose errors are known."""

import dataclasses

import numpy as np
import pytest

from bssbench.datasets.catalogue import make_dataset
from bssbench.experiment.problem import make_problem
from bssbench.methods import load_method
from bssbench.scores.catalogue import SCORES
from bssbench.scores.cell import score_separation
from bssbench.scores.record import Replicate
from bssbench.scores.spectra import autoregressive_spectrum
from bssbench.separation import Separation

FLOW = {"layers": 1, "lags": [[1, 1], [2, 2], [3, 4]]}
# The latents of the test's separations, by the number of their source.
ORDER = [2, 0, 1]


def scored(dataset, history, **diagnostics):
    separation = Separation(dataset.sources[..., ORDER], history=history, diagnostics=diagnostics)
    rows = score_separation(dataset, "m", separation, dataset.seeds)
    return {row.score: row for row in rows if "_error" in row.score}


def values(rows):
    return {score: row.value for score, row in rows.items()}


@pytest.fixture
def processes():
    return make_dataset("gp-distinct-t200", [0], {})


@pytest.fixture
def autoregressions():
    return make_dataset("ar-laplace-distinct-t200", [0], {})


def test_length_scales_are_held_against_the_matched_sources_own(processes):
    true = np.array(processes.parameters["laws"]["length_scale"])[ORDER]
    history = {"length_scale": np.stack([4 * true, true / 2, 2 * true])[None]}
    rows = values(scored(processes, history, kernel="squared-exponential"))
    assert rows == pytest.approx({"length_scale_error": 1, "length_scale_error_start": 2})


def test_what_cannot_be_compared_is_no_error(processes, autoregressions):
    fixed = {"length_scale": np.full((1, 3, 3), 5.0)}
    rows = scored(processes, fixed, kernel="squared-exponential")
    assert {row.status for row in rows.values()} == {"skipped"}
    assert rows["length_scale_error"].reason == "the length-scales are fixed"
    assert not scored(processes, fixed, kernel="matern-1/2")
    assert not scored(autoregressions, fixed, kernel="squared-exponential")
    assert not scored(processes, {"bandwidth": fixed["length_scale"]})
    deep = {"coefficients": np.zeros((1, 2, 3, 1))}
    flow = {"layers": 2, "lags": [[1, 1]]}
    assert scored(autoregressions, deep, flow=flow, spacing=[1])["spectrum_error"].value is None


def test_the_true_autoregression_has_no_error_and_a_white_one_its_own(autoregressions):
    true = np.array(autoregressions.parameters["laws"]["coefficient"])
    coefficients = np.zeros((1, 2, 3, 3))
    coefficients[0, 1, :, 0] = true[ORDER]
    kurtosis = np.array([0.0, 3.0])[None, :, None] * np.ones(3)
    history = {"coefficients": coefficients, "innovation_excess_kurtosis": kurtosis}
    rows = scored(autoregressions, history, flow=FLOW, spacing=[1])
    assert rows["spectrum_error"].value == pytest.approx(0)
    assert rows["innovation_error"].value == pytest.approx(0)
    # Gaussian innovations have half a Laplace distribution's kurtosis.
    assert rows["innovation_error_start"].value == pytest.approx(1)
    # The integral of the squared log-spectrum of an AR(1), by the series of its cepstrum.
    powers = np.arange(1, 2000)
    cepstrum = 2 * (true[:, None] ** powers / powers) ** 2
    level = np.log(1 / (1 - true**2)) ** 2
    expected = 10 / np.log(10) * np.sqrt(cepstrum.sum(1) + level)
    assert rows["spectrum_error_start"].value == pytest.approx(expected.mean(), rel=1e-4)


def test_gaussian_sources_have_gaussian_innovations(processes):
    history = {"innovation_excess_kurtosis": np.full((1, 2, 3), [[3.0], [0.0]])}
    assert values(scored(processes, history)) == pytest.approx(
        {"innovation_error": 0, "innovation_error_start": 1}
    )


def test_a_block_and_its_lags_one_by_one_are_the_same_autoregression():
    block = autoregressive_spectrum([0.2], [range(2, 6)])
    singles = autoregressive_spectrum([0.05] * 4, [[lag] for lag in range(2, 6)])
    assert block == pytest.approx(singles)


def test_the_flow_of_a_real_training_is_understood(autoregressions):
    method = load_method("ar-flow-vae", {"order": 2, "octaves": 1, "restarts": 1})
    diagnostics = method.describe(nonlinear=False, lag_spacings=[1])
    history = {"coefficients": np.zeros((1, 2, 3, 3))}
    assert scored(autoregressions, history, **diagnostics)["spectrum_error"].status == "ok"


def test_a_diverged_seed_has_failed(processes):
    spoilt = dataclasses.replace(processes, sources=processes.sources * np.nan)
    separation = Separation(
        spoilt.sources,
        history={"length_scale": np.full((1, 2, 3), np.nan)},
        diagnostics={"kernel": "squared-exponential"},
    )
    rows = score_separation(processes, "m", separation, processes.seeds)
    assert [row.status for row in rows if row.score == "length_scale_error"] == ["failed"]


@pytest.mark.slow
def test_the_default_flow_has_a_spectrum_that_its_network_takes_nothing_of():
    """A source that is linear is left to the linear part, as if there were no network."""
    dataset = make_dataset("ar-laplace-distinct", [0, 1], {})
    errors = []
    for parameters in ({}, {"hidden_units": 0}):
        method = load_method("ar-flow-vae", {"restarts": 1, **parameters})
        separation = method.separate(make_problem(dataset, method, 2, 0))
        scores = [
            [SCORES[name].compute(Replicate(dataset, separation, seed)) for seed in (0, 1)]
            for name in ("spectrum_error", "spectrum_error_start")
        ]
        errors.append(scores)
    (trained, start), (linear, _) = np.array(errors)
    np.testing.assert_allclose(trained, linear, atol=0.1)
    assert (trained < 0.25 * start).all()
