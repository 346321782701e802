import itertools

import fast_bss_eval
import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.linear_model import LinearRegression
from sklearn.metrics import root_mean_squared_error

from bssbench.scores.measures.matching import (
    DECIBEL_LIMIT,
    aligned_rmse,
    match,
    mean_correlation,
    si_sdr,
    spearman_ranks,
)


@pytest.fixture(params=range(5))
def pair(request):
    """True sources and noisy, shuffled, scaled estimates of them, shape (time, source)."""
    rng = np.random.default_rng(request.param)
    true = rng.laplace(size=(400, 4)) + 5.0
    mixed = true @ (np.eye(4) + 0.25 * rng.standard_normal((4, 4)))
    estimated = mixed[:, rng.permutation(4)] * rng.uniform(-3, 3, 4) + rng.standard_normal(4)
    return true, estimated


def best_over_permutations(correlations):
    """The largest mean of absolute correlations, by trying every matching."""
    n = len(correlations)
    return max(
        np.abs(correlations[np.arange(n), list(order)]).mean()
        for order in itertools.permutations(range(n))
    )


def test_mcc_agrees_with_numpy_and_every_permutation(pair):
    true, estimated = pair
    correlations = np.corrcoef(true.T, estimated.T)[:4, 4:]
    assert mean_correlation(true, estimated) == pytest.approx(best_over_permutations(correlations))


def test_rank_mcc_agrees_with_scipy_and_every_permutation(pair):
    true, estimated = pair
    correlations = spearmanr(true, estimated).statistic[:4, 4:]
    ours = mean_correlation(spearman_ranks(true), spearman_ranks(estimated))
    assert ours == pytest.approx(best_over_permutations(correlations))


def test_si_sdr_agrees_with_fast_bss_eval(pair):
    true, estimated = pair
    matched = match(true, estimated)
    found = estimated[:, matched.estimated]
    expected = fast_bss_eval.si_sdr(true.T, found.T, zero_mean=True, clamp_db=None)
    # That library pairs sources itself; ours pairs by correlation, which is the same ratio.
    assert si_sdr(true, estimated) == pytest.approx(np.mean(expected), abs=1e-6)


@pytest.mark.parametrize("exponent", [-1, -4, -10])
def test_si_sdr_follows_the_correlation_up_to_its_limit(exponent, rng):
    # Orthonormal to each other and to a constant.
    constant = np.ones((1000, 1))
    _, source, noise = np.linalg.qr(np.hstack([constant, rng.standard_normal((1000, 2))]))[0].T
    estimated = source + 10.0**exponent * noise
    found = si_sdr(source[:, None], estimated[:, None])
    assert found == pytest.approx(min(-20.0 * exponent, DECIBEL_LIMIT))


def test_rmse_agrees_with_scikit_learn(pair):
    true, estimated = pair
    matched = match(true, estimated)
    errors = []
    for source, column in enumerate(matched.estimated):
        predictor = estimated[:, [column]]
        target = true[:, source] / true[:, source].std()
        fitted = LinearRegression().fit(predictor, target).predict(predictor)
        errors.append(root_mean_squared_error(target, fitted))
    assert aligned_rmse(true, estimated) == pytest.approx(np.sqrt(np.mean(np.square(errors))))


@pytest.mark.parametrize("score", [mean_correlation, si_sdr, aligned_rmse])
def test_order_sign_scale_and_offset_are_free(score, pair, rng):
    true, estimated = pair
    changed = estimated[:, rng.permutation(4)] * np.array([2.0, -1.0, -0.01, 100.0]) + 7.0
    assert score(true, changed) == pytest.approx(score(true, estimated))
    assert score(-3.0 * true + 1.0, estimated) == pytest.approx(score(true, estimated))


def test_perfect_and_useless_estimates(rng):
    true = rng.standard_normal((500, 3))
    assert mean_correlation(true, -2 * true[:, ::-1]) == pytest.approx(1)
    assert aligned_rmse(true, true) == pytest.approx(0, abs=1e-12)
    assert si_sdr(true, true) == DECIBEL_LIMIT
    useless = rng.standard_normal((500, 3))
    assert mean_correlation(true, useless) < 0.15
    assert aligned_rmse(true, useless) == pytest.approx(1, abs=0.02)
    assert si_sdr(true, useless) < -10


def test_a_constant_estimate_scores_nothing_instead_of_nan(rng):
    true = rng.standard_normal((100, 2))
    estimated = np.stack([true[:, 0], np.ones(100)], axis=1)
    assert mean_correlation(true, estimated) == pytest.approx(0.5)
    assert aligned_rmse(true, estimated) == pytest.approx(np.sqrt(0.5))
    # One source is exact, the other is lost.
    assert si_sdr(true, estimated) == pytest.approx((DECIBEL_LIMIT - DECIBEL_LIMIT) / 2)
