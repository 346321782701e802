"""Maximum likelihood with the true parameters, started at the truth, attains the bounds."""

import numpy as np
import pytest
from scipy.linalg import toeplitz
from scipy.special import gamma

from bssbench.bounds.gaussian import gaussian_bound
from bssbench.bounds.of_dataset import interference_bound
from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.datasets.families import load_family

_N_DRAWS = 200


def _decibels_from_bound(mixing: np.ndarray, bound: np.ndarray) -> np.ndarray:
    """Return the interference of estimated relative mixing matrices over the bound, by source."""
    powers = np.linalg.inv(mixing) ** 2
    wanted = np.diagonal(powers, axis1=1, axis2=2)
    interference = ((powers.sum(axis=2) - wanted) / wanted).mean(axis=0)
    return np.asarray(10.0 * np.log10(interference / bound.mean(axis=0)))


def _exact_estimates(
    sources: np.ndarray, kernels: np.ndarray, noise: np.ndarray, seed: int
) -> np.ndarray:
    """Return I + E of each draw by Fisher's scoring on the exact likelihood of all samples.

    Whittle's likelihood would be another estimator: the ends of a smooth series leak power to
    where it has none, which that takes for another source.
    """
    n_draws, n, length = sources.shape
    white = np.random.default_rng(seed).standard_normal(sources.shape)
    observed = sources + np.linalg.cholesky(noise) @ white
    # Each of unknown mean: what is constant has no weight.
    constant = np.kron(noise, np.eye(length)) + np.kron(np.eye(n), np.full((length,) * 2, 1e3))

    def covariance(mixing: np.ndarray) -> np.ndarray:
        powers = np.einsum("kn,ln->nkl", mixing, mixing)
        return constant + sum(
            np.kron(own, kernel) for own, kernel in zip(powers, kernels, strict=True)
        )

    precision = np.linalg.inv(covariance(np.eye(n)))
    moved = []
    for k in range(n):
        for source in range(n):
            direction = np.outer(np.eye(n)[k], np.eye(n)[source])
            moved.append(precision @ np.kron(direction + direction.T, kernels[source]))
    information = 0.5 * np.array([[np.sum(a * b.T) for b in moved] for a in moved])
    mixings = np.tile(np.eye(n), (n_draws, 1, 1))
    for draw, own in enumerate(observed.reshape(n_draws, -1)):
        for _ in range(5):
            precision = np.linalg.inv(covariance(mixings[draw]))
            weighted = precision @ own
            # By source: the misfit of the covariance in directions of the mixing, and its slope.
            misfit = np.outer(weighted, weighted) - precision
            blocks = misfit.reshape(n, length, n, length)
            traces = np.einsum("katb,lba->ktl", blocks, kernels, optimize=True)
            score = np.einsum("ktl,tl->kl", traces, mixings[draw])
            step = np.linalg.solve(information, score.ravel()).reshape(n, n)
            mixings[draw] += step
    return mixings


def _information(spectra: np.ndarray, covariance: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return Fisher's information at E = 0 as its definition has it, a trace for each pair."""
    n = len(spectra)
    precision = np.linalg.inv(np.einsum("kf,kl->fkl", spectra, np.eye(n)) + covariance)
    units = [(k, source) for k in range(n) for source in range(n)]
    directions = []
    for k, source in units:
        direction = np.outer(np.eye(n)[k], np.eye(n)[source])
        directions.append(precision @ (direction + direction.T) * spectra[source][:, None, None])
    return 0.5 * np.array(
        [[np.einsum("f,fkl,flk->", weights, a, b) for b in directions] for a in directions]
    )


@pytest.mark.slow
def test_maximum_likelihood_attains_the_bound_of_gaussian_sources() -> None:
    length, noise = 256, 0.01 * np.array([[1.0, 0.5], [0.5, 1.5]])
    family = load_family("gp-distinct")(shortest_length_scale=3.0, longest_length_scale=6.0)
    generator = np.random.default_rng(0)
    sources = np.stack([family.sample(generator, 2, length) for _ in range(_N_DRAWS)])
    scales = np.array(family.laws(2)["length_scale"])
    kernels = np.stack([toeplitz(np.exp(-0.5 * (np.arange(length) / own) ** 2)) for own in scales])
    found = _exact_estimates(sources, kernels, noise, seed=1)
    spectra = family.spectra(2, 2.0 * np.pi * np.arange(1, length // 2 + 1) / length)
    variances = np.where(np.eye(2, dtype=bool), 0.0, gaussian_bound(spectra, noise, length))
    excess = _decibels_from_bound(found, variances.sum(axis=1)[None])
    assert np.abs(excess).max() < 1.0


def _innovation_estimates(dataset: Dataset, shape: float, length: int) -> np.ndarray:
    """Return I + E of each replicate, by Fisher's scoring on the innovations' likelihood."""
    assert dataset.sources is not None
    n = dataset.n_sources
    coefficients = np.array(dataset.parameters["laws"]["coefficient"])
    frequencies = 2.0 * np.pi * np.arange(1, length // 2 + 1) / length
    spectra = load_family("ar-generalised")(shape=shape).spectra(n, frequencies)
    ratio = (spectra[None] / spectra[:, None]).mean(axis=-1)
    scale = np.sqrt(gamma(1.0 / shape) / gamma(3.0 / shape))
    kappa = shape**2 * gamma(2.0 - 1.0 / shape) / (gamma(1.0 / shape) * scale**2)
    seen = kappa * ratio
    unmixing = np.tile(np.eye(n), (len(dataset.seeds), 1, 1))
    for _ in range(8):
        estimated = dataset.sources @ np.swapaxes(unmixing, 1, 2)
        # (replicate, time, filter of source k, source l), in standard deviations of innovations.
        filtered = estimated[:, 1:, None, :] - coefficients[:, None] * estimated[:, :-1, None, :]
        filtered = filtered / np.sqrt(1.0 - coefficients**2)[:, None]
        own = np.einsum("rtkk->rtk", filtered)
        slope = shape * np.sign(own) * np.abs(own) ** (shape - 1.0) / scale**shape
        score = np.einsum("rtk,rtkl->rkl", slope, filtered) / len(filtered[0]) - np.eye(n)
        determinant = seen * seen.T - 1.0
        step = (seen.T * score - np.swapaxes(score, 1, 2)) / np.where(
            np.eye(n, dtype=bool), 1.0, determinant
        )
        diagonal = np.einsum("rkk->rk", score) / shape
        step[:, np.arange(n), np.arange(n)] = diagonal
        unmixing = np.linalg.solve(np.eye(n) + step, unmixing)
    return np.linalg.inv(unmixing)


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "gap"), [(1.0, 0.3), (2.0, 0.3), (4.0, 0.1)])
def test_maximum_likelihood_attains_the_bound_of_innovations(shape: float, gap: float) -> None:
    length = 1000
    parameters = {"shape": shape, "gap": gap}
    dataset = make_dataset("ar-generalised-noise0", range(_N_DRAWS), parameters)
    bound = interference_bound(dataset)
    assert bound.within_reach
    found = _innovation_estimates(dataset, shape, length)
    excess = _decibels_from_bound(found, bound.powers)
    assert np.abs(excess).max() < 1.0


def test_the_information_is_the_trace_that_defines_it() -> None:
    frequencies = 2.0 * np.pi * np.arange(1, 51) / 100
    spectra = load_family("gp-near")().spectra(3, frequencies)
    noise = 0.02 * np.array([[1.0, 0.5, 0.0], [0.5, 1.0, 0.1], [0.0, 0.1, 2.0]])
    weights = np.full(50, 2.0)
    weights[-1] = 1.0
    expected = np.linalg.inv(_information(spectra, noise, weights)).diagonal().reshape(3, 3)
    np.testing.assert_allclose(gaussian_bound(spectra, noise, 100), expected, rtol=1e-6)
