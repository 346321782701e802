import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from bssbench.scores.measures.identifiability import linear_r2


def test_an_invertible_linear_map_loses_nothing(rng):
    true = rng.laplace(size=(400, 4))
    mixed = true @ rng.standard_normal((4, 4)) * [1e-6, 1, 1, 1e6] + [1, -5, 0, 3]
    np.testing.assert_allclose(linear_r2(true, mixed), 1, atol=1e-9)


def test_it_is_that_of_linear_regression(rng):
    true, estimated = rng.standard_normal((2, 400, 3))
    estimated[:, 1] += true[:, 0]
    expected = [
        LinearRegression().fit(estimated, column).score(estimated, column) for column in true.T
    ]
    np.testing.assert_allclose(linear_r2(true, estimated), expected)


def test_a_source_that_is_lost_counts_as_nothing(rng):
    true = np.linalg.qr(rng.standard_normal((400, 3)))[0]
    true = np.linalg.qr(true - true.mean(axis=0))[0]
    estimated = true.copy()
    estimated[:, 2] = 0.0
    np.testing.assert_allclose(linear_r2(true, estimated), [1, 1, 0], atol=1e-9)
    assert linear_r2(true, np.zeros((400, 3))).mean() == pytest.approx(0)
