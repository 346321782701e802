import numpy as np
import pytest
from scipy.signal import resample_poly

from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.datasets.mixing import standardised
from bssbench.datasets.remote_files import DATA_DIRECTORY_VARIABLE
from bssbench.datasets.resampling import upsampled


@pytest.mark.parametrize("name", ["gp-distinct-t200", "waveforms-post-nonlinear-m6-t200"])
def test_the_same_realisation_at_four_times_the_rate(name):
    base = make_dataset(name, [2, 5], {})
    fast = make_dataset(f"{name}-4x", [2, 5], {})
    np.testing.assert_array_equal(fast.observations, resample_poly(base.observations, 4, 1, axis=1))
    for paths, original in zip(fast.sources, base.sources, strict=True):
        raised = np.stack([resample_poly(path, 4, 1) for path in original.T])
        np.testing.assert_allclose(paths.T, standardised(raised), atol=1e-12)
    assert fast.name == f"{name}-4x"
    assert (fast.parameters["length"], fast.parameters["upsampling"]) == (200, 4)


def test_the_original_samples_are_among_the_new_ones():
    base = make_dataset("gp-distinct-noise0", [0], {})
    fast = make_dataset("gp-distinct-noise0-4x", [0], {})
    inside = slice(20, -20)
    np.testing.assert_allclose(
        fast.observations[0, ::4][inside], base.observations[0, inside], atol=0.01
    )


def test_the_mixing_matrix_still_mixes_the_sources():
    fast = make_dataset("gp-distinct-m5-noise0-t300-4x", [0, 1], {})
    mixed = fast.sources @ np.swapaxes(fast.mixing_matrix, 1, 2)
    centred = fast.observations - fast.observations.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(centred, mixed, atol=1e-12)


def test_of_the_laws_what_stays_true_is_kept():
    base = make_dataset("gp-distinct-t50", [0], {}).parameters["laws"]["length_scale"]
    fast = make_dataset("gp-distinct-t50-4x", [0], {}).parameters["laws"]["length_scale"]
    np.testing.assert_allclose(fast, 4 * np.array(base))
    assert make_dataset("ar-laplace-distinct-t50-4x", [0], {}).parameters["laws"] == {}


def test_a_fixed_recording_stays_one_recording(rng, tmp_path):
    once = rng.standard_normal((1, 60, 2))
    recording = Dataset(
        name="tune",
        seeds=(0, 1, 2),
        observations=np.broadcast_to(once, (3, 60, 2)),
        n_sources=2,
        mixing="unknown",
        fixed=True,
        sampling_rate=128.0,
        reference_frequencies=(3.0,),
    )
    fast = upsampled(recording, "tune-4x")
    assert fast.observations.shape == (3, 240, 2)
    assert (fast.sampling_rate, fast.reference_frequencies) == (512.0, (3.0,))
    fast.save(tmp_path / "data.npz")
    np.testing.assert_array_equal(
        Dataset.load(tmp_path / "data.npz").observations, fast.observations
    )


def test_a_missing_recording_is_missing_at_every_rate(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_DIRECTORY_VARIABLE, str(tmp_path))
    dataset = make_dataset("modal-frame-4x", [0, 1], {})
    assert dataset.name == "modal-frame-4x"
    assert "does not exist" in dataset.unavailable
