"""Tests of every recording."""

import numpy as np
import pytest

from bssbench.datasets.catalogue import dataset_shape, make_dataset, summary
from bssbench.datasets.recordings import load_recording
from bssbench.testing.options import of_kind


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test on every recording."""
    if "recording_name" in metafunc.fixturenames:
        metafunc.parametrize("recording_name", of_kind(metafunc.config, "recording"))


def test_it_says_what_it_is_and_whose(recording_name: str) -> None:
    """It has a summary and a citation, and each file has a licence and a checksum."""
    module = load_recording(recording_name)
    assert module.SUMMARY in summary(recording_name)
    assert module.CITATION in summary(recording_name)
    for file in module.FILES:
        assert file.licence
        assert len(file.sha256) == 64
    assert len(module.FILES) % getattr(module, "N_RECORDS", 1) == 0


@pytest.mark.recordings
def test_it_has_the_size_that_it_announces_and_the_same_numbers_each_time(
    recording_name: str,
) -> None:
    """If its files are available; otherwise the test is skipped."""
    dataset = make_dataset(recording_name, [0, 1], {})
    if dataset.unavailable:
        pytest.skip(dataset.unavailable)
    shape = dataset_shape(recording_name, {})
    assert dataset.observations.shape == (2, shape.length, shape.n_channels)
    assert dataset.n_sources == shape.n_sources
    assert np.isfinite(dataset.observations).all()
    again = make_dataset(recording_name, [1], {})
    np.testing.assert_array_equal(again.observations[0], dataset.observations[1])
