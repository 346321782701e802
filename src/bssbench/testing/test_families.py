"""Tests of every family of sources."""

import numpy as np
import pytest

from bssbench.datasets.catalogue import dataset_shape, make_dataset
from bssbench.datasets.families import load_family
from bssbench.datasets.identifier import parse_identifier
from bssbench.errors import NotApplicable
from bssbench.testing.options import of_kind

_MIXINGS = ("", "-post-nonlinear", "-mlp-1-noise0", "-cond30-outliers1")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test on every family."""
    if "family_name" in metafunc.fixturenames:
        metafunc.parametrize("family_name", of_kind(metafunc.config, "family"))


def test_it_says_what_it_is(family_name: str) -> None:
    """The class has a docstring, whose first line `bssbench list` shows."""
    family = load_family(family_name)
    first = (family.__doc__ or "").splitlines()[0]
    assert first.rstrip().endswith((".", ","))
    assert not first.startswith("Family("), "the class has a docstring of its own"
    assert parse_identifier(family_name).stem == family_name


def test_laws_are_the_same_each_time_and_one_for_each_source(family_name: str) -> None:
    """`laws` returns one value per source, which no seed changes."""
    family = load_family(family_name)()
    laws = family.laws(3)
    assert laws == load_family(family_name)().laws(3)
    assert all(len(values) == 3 for values in laws.values())


@pytest.mark.parametrize("mixing", _MIXINGS)
def test_sources_are_standardised_and_the_shape_is_the_one_announced(
    family_name: str, mixing: str
) -> None:
    """With every kind of mixing."""
    name = f"{family_name}{mixing}-t200"
    dataset, shape = make_dataset(name, [0, 1], {}), dataset_shape(name, {})
    assert dataset.sources is not None
    assert dataset.observations.shape == (2, 200, shape.n_channels)
    assert dataset.sources.shape == (2, 200, shape.n_sources)
    assert np.isfinite(dataset.observations).all()
    np.testing.assert_allclose(dataset.sources.mean(1), 0, atol=1e-12)
    np.testing.assert_allclose(dataset.sources.std(1), 1)
    assert (dataset.mixing == "nonlinear") == shape.nonlinear


def test_a_replicate_does_not_depend_on_the_others(family_name: str) -> None:
    """The generator passed in is the only source of randomness."""
    alone = make_dataset(f"{family_name}-t100", [3], {})
    together = make_dataset(f"{family_name}-t100", [1, 3, 5], {})
    assert alone.sources is not None
    assert together.sources is not None
    np.testing.assert_array_equal(alone.observations[0], together.observations[1])
    np.testing.assert_array_equal(alone.sources[0], together.sources[1])


def test_seeds_give_different_sources_and_none_is_another(family_name: str) -> None:
    """No two sources of the same seed are the same series, up to scale."""
    sources = make_dataset(f"{family_name}-t500", [0, 1], {}).sources
    assert sources is not None
    assert np.abs(sources[0] - sources[1]).max() > 0.1
    for replicate in sources:
        correlations = np.abs(np.corrcoef(replicate.T) - np.eye(replicate.shape[1]))
        assert correlations.max() < 0.999


@pytest.mark.parametrize("length", [16, 1000])
@pytest.mark.parametrize("n_sources", [1, 2])
def test_samples_have_the_shape_that_was_asked_for(
    family_name: str, n_sources: int, length: int
) -> None:
    """Also for few sources and short series."""
    generator = np.random.default_rng(0)
    sample = load_family(family_name)().sample(generator, n_sources, length)
    assert sample.shape == (n_sources, length)
    assert np.isfinite(sample).all()
    assert (sample.std(axis=1) > 0).all()


def test_the_spectra_that_it_states_are_those_of_its_samples(family_name: str) -> None:
    """Their mean over all frequencies is 1, and averaged periodograms agree with them."""
    family, length = load_family(family_name)(), 1024
    frequencies = 2.0 * np.pi * np.arange(1, length // 2 + 1) / length
    try:
        stated = family.spectra(3, frequencies)
    except NotApplicable as why:
        pytest.skip(str(why))
    assert stated.shape == (3, len(frequencies))
    everywhere = family.spectra(3, 2.0 * np.pi * (np.arange(4096) + 0.5) / 4096)
    np.testing.assert_allclose(everywhere.mean(axis=1), 1.0, rtol=1e-6)
    generator = np.random.default_rng(0)
    drawn = np.stack([family.sample(generator, 3, length) for _ in range(100)])
    drawn /= drawn.std(axis=(0, 2), keepdims=True)
    # The window reduces leakage of power between frequencies.
    window = np.hanning(length)
    powers = np.abs(np.fft.rfft(window * drawn)) ** 2 / (window**2).sum()
    periodograms = powers.mean(axis=0)[:, 1:]
    # Compare means over bands, since single frequencies vary too much.
    bands = np.array_split(np.arange(len(frequencies)), 16)
    means = [[own[band].mean() for band in bands] for own in (*stated, *periodograms)]
    expected, found = np.array(means[:3]), np.array(means[3:])
    assert (np.abs(found - expected) < 0.15 * expected + 0.02).all()


def test_the_information_that_it_states_is_that_of_a_distribution(family_name: str) -> None:
    """A distribution of unit variance has Fisher information of at least 1."""
    try:
        information = load_family(family_name)().innovation_information(3)
    except NotApplicable as why:
        pytest.skip(str(why))
    assert information.shape == (3,)
    assert (information >= 1.0).all()
    assert np.isfinite(information).all()
