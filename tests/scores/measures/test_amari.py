import numpy as np
import pytest
from picard import amari_distance as amari_distance_of_picard

from bssbench.scores.measures.amari import amari_distance


@pytest.mark.parametrize("n", [2, 3, 7])
def test_agrees_with_picard(n, rng):
    """Picard's is of squares, over 2 N: give it roots, and rescale."""
    for _ in range(5):
        unmixing_matrix, mixing_matrix = rng.standard_normal((2, n, n))
        roots = np.sqrt(np.abs(unmixing_matrix @ mixing_matrix))
        expected = amari_distance_of_picard(roots, np.eye(n)) / (n - 1)
        assert amari_distance(unmixing_matrix, mixing_matrix) == pytest.approx(expected)


def test_its_ends(rng):
    mixing_matrix = rng.standard_normal((5, 3))
    permutation = np.diag([2.0, -0.1, 5.0])[[1, 2, 0]]
    assert amari_distance(permutation @ np.linalg.pinv(mixing_matrix), mixing_matrix) < 1e-12
    assert amari_distance(np.ones((4, 4)), np.eye(4)) == pytest.approx(1)
    assert amari_distance(np.array([[3.0]]), np.array([[2.0]])) == 0
