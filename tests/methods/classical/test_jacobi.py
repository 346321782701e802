import warnings

import numpy as np
import pytest

from bssbench.methods.classical._jacobi import diagonalise


@pytest.fixture
def matrices(rng):
    """Twelve symmetric matrices of five components that no rotation makes all diagonal."""
    square = rng.standard_normal((12, 5, 5))
    return square + square.transpose(0, 2, 1)


@pytest.mark.parametrize("max_sweeps", [1, 3, 200])
def test_the_same_bits_as_pyriemann(matrices, max_sweeps):
    ajd = pytest.importorskip("pyriemann.geometry.ajd")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        expected = ajd.rjd(matrices, eps=1e-10, n_iter_max=max_sweeps)
        theirs = len(caught)
        rotation, diagonalised, sweeps = diagonalise(matrices, max_sweeps, 1e-10)
    np.testing.assert_array_equal(rotation, expected[0])
    np.testing.assert_array_equal(diagonalised, expected[1])
    assert sweeps <= max_sweeps
    assert [str(each.message) for each in caught[theirs:]] == [
        str(each.message) for each in caught[:theirs]
    ]


def test_matrices_that_share_their_eigenvectors_are_made_diagonal(rng):
    vectors, _ = np.linalg.qr(rng.standard_normal((6, 6)))
    matrices = np.stack([vectors * rng.uniform(1, 2, 6) @ vectors.T for _ in range(4)])
    rotation, diagonalised, sweeps = diagonalise(matrices, 100, 1e-12)
    np.testing.assert_allclose(np.abs(vectors.T @ rotation).max(axis=0), 1, atol=1e-12)
    assert 2 <= sweeps < 10
    off = diagonalised[:, ~np.eye(6, dtype=bool)]
    assert np.abs(off).max() < 1e-12


def test_what_is_rotated_is_the_input(matrices):
    before = matrices.copy()
    rotation, diagonalised, sweeps = diagonalise(matrices, 200, 1e-10)
    np.testing.assert_allclose(rotation.T @ rotation, np.eye(5), atol=1e-12)
    np.testing.assert_allclose(rotation.T @ matrices @ rotation, diagonalised, atol=1e-12)
    np.testing.assert_array_equal(matrices, before)
    again, _, once = diagonalise(diagonalised, 200, 1e-10)
    np.testing.assert_array_equal(again, np.eye(5))
    assert once == 1 < sweeps
