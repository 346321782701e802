"""The bound for Gaussian sources against the exact one, closed forms and symmetries."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.linalg import toeplitz

from bssbench.bounds.gaussian import gaussian_bound
from bssbench.bounds.innovations import innovation_bound
from bssbench.datasets.families.gp_distinct import Family


def _frequencies(length: int) -> np.ndarray:
    return 2.0 * np.pi * np.arange(1, length // 2 + 1) / length


def _exact(length_scales: list[float], noise_covariance: np.ndarray, length: int) -> np.ndarray:
    """Return the bound from the covariance matrix of all samples, whose mean is not known."""
    n = len(length_scales)
    kernels = [toeplitz(np.exp(-0.5 * (np.arange(length) / scale) ** 2)) for scale in length_scales]
    own = [np.outer(unit, unit) for unit in np.eye(n)]
    covariance = np.kron(noise_covariance, np.eye(length))
    covariance += sum(np.kron(*pair) for pair in zip(own, kernels, strict=True))
    covariance += np.kron(np.eye(n), np.full((length, length), 1e3))
    inverse = np.linalg.inv(covariance)
    moved = []
    for k in range(n):
        for source in range(n):
            direction = np.outer(np.eye(n)[k], np.eye(n)[source])
            moved.append(inverse @ np.kron(direction + direction.T, kernels[source]))
    information = 0.5 * np.array([[np.sum(a * b.T) for b in moved] for a in moved])
    scale = np.sqrt(np.diagonal(information))
    inverted = np.linalg.inv(information / np.outer(scale, scale)) / np.outer(scale, scale)
    return np.diagonal(inverted).reshape(n, n)


@pytest.mark.parametrize("length", [127, 128])
def test_the_bound_in_the_spectral_domain_agrees_with_the_exact_one(length: int) -> None:
    length_scales = [2.0, 3.0, 6.0]
    noise = 0.01 * np.array([[1.0, 0.4, 0.1], [0.4, 1.5, 0.2], [0.1, 0.2, 0.7]])
    family = Family(shortest_length_scale=2.0, longest_length_scale=6.0)
    spectra = family.spectra(3, _frequencies(length))
    spectra[1] = Family(shortest_length_scale=3.0).spectra(1, _frequencies(length))[0]
    ratio = gaussian_bound(spectra, noise, length) / _exact(length_scales, noise, length)
    off_diagonal = ratio[~np.eye(3, dtype=bool)]
    # The ends of a series of 128 samples make that much of a difference.
    assert np.abs(10.0 * np.log10(off_diagonal)).max() < 0.6


def test_with_vanishing_noise_it_is_the_bound_of_gaussian_innovations() -> None:
    length = 200
    spectra = _autoregressions([0.2, 0.5, 0.8], length)
    noisy = gaussian_bound(spectra, 1e-9 * np.eye(3), length)
    exact = innovation_bound(spectra, np.ones(3), length)
    off_diagonal = ~np.eye(3, dtype=bool)
    # The sums are over all frequencies but zero in the one, their mean in the other.
    factor = length / (length - 1)
    np.testing.assert_allclose(noisy[off_diagonal], factor * exact[off_diagonal], rtol=1e-5)


def test_noise_makes_it_larger() -> None:
    spectra = _autoregressions([0.2, 0.8], 400)
    bounds = [gaussian_bound(spectra, level * np.eye(2), 400) for level in (1e-6, 0.01, 0.1, 1.0)]
    assert all((more > less).all() for less, more in pairwise(bounds))


def test_equal_spectra_are_not_told_apart() -> None:
    spectra = _autoregressions([0.5, 0.5, 0.9], 300)
    bound = gaussian_bound(spectra, 0.01 * np.eye(3), 300)
    infinite = np.isinf(bound)
    assert infinite[0, 1]
    assert infinite[1, 0]
    assert not infinite[2].any()
    assert not infinite[:, 2].any()


def test_the_order_of_the_sources_does_not_matter() -> None:
    spectra = _autoregressions([0.1, 0.6, 0.9], 256)
    noise = 0.05 * np.array([[1.0, 0.3, 0.0], [0.3, 2.0, -0.2], [0.0, -0.2, 1.0]])
    order = [2, 0, 1]
    straight = gaussian_bound(spectra, noise, 256)
    turned = gaussian_bound(spectra[order], noise[np.ix_(order, order)], 256)
    np.testing.assert_allclose(turned, straight[np.ix_(order, order)], rtol=1e-6)


def _autoregressions(coefficients: list[float], length: int) -> np.ndarray:
    a = np.array(coefficients)[:, None]
    return (1.0 - a**2) / (1.0 - 2.0 * a * np.cos(_frequencies(length)) + a**2)
