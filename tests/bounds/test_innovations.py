"""The bound for sources made of innovations."""

import numpy as np
import pytest

from bssbench.bounds.innovations import innovation_bound


def _white(n_sources: int, length: int) -> np.ndarray:
    return np.ones((n_sources, length // 2))


def test_white_sources_have_the_bound_of_independent_component_analysis() -> None:
    # Tichavský, Koldovský and Oja (2006), equation 17: κ_l / (κ_k κ_l − 1) / T.
    information = np.array([2.0, 1.5, 1.0])
    bound = innovation_bound(_white(3, 500), information, 500)
    for k in range(3):
        for source in set(range(3)) - {k}:
            product = information[k] * information[source]
            expected = information[source] / (product - 1.0) / 500
            assert bound[k, source] == pytest.approx(expected)


def test_two_white_gaussian_sources_are_not_told_apart() -> None:
    bound = innovation_bound(_white(3, 100), np.array([1.0, 1.0, 2.0]), 100)
    assert np.isinf(bound[0, 1])
    assert np.isfinite(bound[:, 2]).all()


def test_a_source_without_power_where_another_has_it_is_found_exactly() -> None:
    spectra = np.ones((2, 50))
    spectra[0, 25:] = 0.0
    bound = innovation_bound(spectra, np.ones(2), 100)
    assert bound[0, 1] == 0.0
    assert 0.0 < bound[1, 0] < 1.0


@pytest.mark.parametrize("length", [100, 101])
def test_it_falls_with_the_length(length: int) -> None:
    short = innovation_bound(_white(2, length), np.array([2.0, 3.0]), length)
    long = innovation_bound(_white(2, 4 * length), np.array([2.0, 3.0]), 4 * length)
    np.testing.assert_allclose(long, short / 4.0)
