import fast_bss_eval
import numpy as np
import pytest
from picard import amari_distance as amari_distance_of_picard

from bssbench.scores.measures.unmixing import amari_distance, interference_ratio


@pytest.mark.parametrize("n", [2, 3, 7])
def test_amari_distance_agrees_with_picard(n, rng):
    """Picard's is of squares, over 2 N: give it roots, and rescale."""
    for _ in range(5):
        unmixing_matrix, mixing_matrix = rng.standard_normal((2, n, n))
        roots = np.sqrt(np.abs(unmixing_matrix @ mixing_matrix))
        expected = amari_distance_of_picard(roots, np.eye(n)) / (n - 1)
        assert amari_distance(unmixing_matrix, mixing_matrix) == pytest.approx(expected)


def test_ends_of_the_amari_distance(rng):
    mixing_matrix = rng.standard_normal((5, 3))
    permutation = np.diag([2.0, -0.1, 5.0])[[1, 2, 0]]
    assert amari_distance(permutation @ np.linalg.pinv(mixing_matrix), mixing_matrix) < 1e-12
    assert amari_distance(np.ones((4, 4)), np.eye(4)) == pytest.approx(1)
    assert amari_distance(np.array([[3.0]]), np.array([[2.0]])) == 0


@pytest.mark.filterwarnings("ignore:divide by zero:RuntimeWarning:fast_bss_eval")
def test_interference_ratio_is_that_of_bss_eval_where_there_is_no_noise(rng):
    """BSS Eval projects signals; of sources exactly uncorrelated its powers are those of G."""
    sources = np.linalg.qr(rng.standard_normal((500, 4)))[0] * [1.0, 3.0, 0.5, 2.0]
    unmixing, mixing = np.eye(4) + 0.2 * rng.standard_normal((2, 4, 4))
    estimated = sources @ (unmixing @ mixing).T
    _, expected, _, _ = fast_bss_eval.bss_eval_sources(sources.T, estimated.T, filter_length=1)
    found = interference_ratio(unmixing, mixing, (sources**2).mean(axis=0))
    assert found == pytest.approx(expected.mean(), abs=1e-3)


def test_order_sign_and_scale_of_estimates_leave_interference(rng):
    unmixing, mixing = np.eye(3) + 0.3 * rng.standard_normal((2, 3, 3))
    changed = np.array([[-2.0], [0.01], [5.0]]) * unmixing[[2, 0, 1]]
    ratios = [interference_ratio(own, mixing, np.ones(3)) for own in (unmixing, changed)]
    assert ratios[0] == pytest.approx(ratios[1])


def test_a_source_of_a_tenth_of_the_variance_interferes_ten_decibels_less():
    leaking = np.array([[1.0, 0.1], [0.0, 1.0]])
    equal, weaker = (interference_ratio(leaking, np.eye(2), np.array([1.0, v])) for v in (1, 0.1))
    # The other source has no interference, which counts as 60 dB.
    assert equal == pytest.approx((20 + 60) / 2)
    assert weaker == pytest.approx((30 + 60) / 2)


def test_ends_of_the_interference_ratio_are_finite():
    assert interference_ratio(np.eye(3), np.eye(3), np.ones(3)) == 60
    assert interference_ratio(np.eye(1), np.eye(1), np.ones(1)) == 60
    assert interference_ratio(np.zeros((2, 2)), np.eye(2), np.ones(2)) == -60
