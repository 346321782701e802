"""Mixtures of known sources, tables of them, and how well a method finds the sources again."""

from pathlib import Path

import numpy as np
import pytest
from scipy.signal import lfilter

from bssbench.methods import Problem, load_method
from bssbench.readers.table import Table
from bssbench.scores.measures.matching import match

COEFFICIENTS = (0.95, 0.7, 0.2, -0.4, 0.5)


def _sources(length, n_sources, seed):
    innovations = np.random.default_rng(seed).laplace(size=(length, n_sources))
    each = [
        lfilter([1], [1, -coefficient], column)
        for coefficient, column in zip(COEFFICIENTS, innovations.T, strict=False)
    ]
    sources = np.stack(each, axis=1)
    return (sources - sources.mean(axis=0)) / sources.std(axis=0)


@pytest.fixture
def mixture():
    """Return a function that makes sources (time, source) and observations (time, channel)."""

    def make(n_channels=3, n_sources=3, length=2000, noise=0.01, seed=0):
        sources = _sources(length, n_sources, seed)
        generator = np.random.default_rng(seed + 1000)
        mixing_matrix = np.linalg.qr(generator.standard_normal((n_channels, n_sources)))[0]
        mixing_matrix += 0.3 * generator.standard_normal(mixing_matrix.shape)
        clean = sources @ mixing_matrix.T
        errors = noise * clean.std(axis=0) * generator.standard_normal(clean.shape)
        return sources, clean + errors

    return make


@pytest.fixture
def as_table():
    """Return a function that makes a table of observations."""

    def make(observations, **known):
        names = tuple(f"F{index + 1}" for index in range(observations.shape[1]))
        known = {"names": names, **known}
        return Table(path=Path("recording.csv"), values=observations, **known)

    return make


@pytest.fixture
def mcc():
    """Return a function that separates by a method and scores against the true sources."""

    def score(prepared, sources, n_sources=None, method="sobi"):
        n_sources = min(n_sources or sources.shape[1], prepared.rank)
        problem = Problem(prepared.observations[None], n_sources, [np.random.SeedSequence(0)])
        estimates = load_method(method, {}).separate(problem).sources[0]
        matched = match(sources[prepared.rows], estimates).matched_correlations
        return float(np.abs(matched).mean())

    return score
