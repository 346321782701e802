import functools
import hashlib
import http.server
import threading

import numpy as np
import pytest
from scipy.signal import welch

from bssbench.datasets.catalogue import make_dataset
from bssbench.datasets.dataset import Dataset
from bssbench.datasets.recordings import modal_frame
from bssbench.datasets.remote_files import DATA_DIRECTORY_VARIABLE, RemoteFile, locate
from bssbench.errors import NotApplicable


@pytest.mark.recordings
def test_the_frame_is_reduced_to_the_band_of_its_five_modes():
    dataset = make_dataset("modal-frame", [0, 1, 2], {})
    shape = (3, modal_frame.LENGTH, modal_frame.N_CHANNELS)
    assert dataset.unavailable is None
    assert dataset.observations.shape == shape
    assert dataset.sampling_rate == pytest.approx(28.444, abs=1e-3)
    frequencies, spectra = welch(
        dataset.observations[0], dataset.sampling_rate, nperseg=2048, axis=0
    )
    power = spectra.sum(1)
    near = [np.abs(frequencies - mode) < 0.12 for mode in dataset.reference_frequencies]
    assert power[np.any(near, axis=0)].sum() > 0.9 * power.sum()
    for band in near:
        # Each mode stands out: its peak is far above the spectrum's middle.
        assert power[band].max() > 50 * np.median(power[(frequencies > 0.8) & (frequencies < 5.5)])


@pytest.mark.recordings
def test_a_fixed_recording_is_stored_once(tmp_path):
    dataset = make_dataset("modal-frame", [0, 1, 2], {})
    dataset.save(tmp_path / "data.npz")
    assert (tmp_path / "data.npz").stat().st_size < 1.1 * dataset.observations[0].nbytes
    np.testing.assert_array_equal(
        Dataset.load(tmp_path / "data.npz").observations, dataset.observations
    )


def test_a_missing_recording_says_what_to_do_and_survives_its_file(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_DIRECTORY_VARIABLE, str(tmp_path))
    dataset = make_dataset("modal-frame", [0, 1], {})
    dataset.save(tmp_path / "data.npz")
    loaded = Dataset.load(tmp_path / "data.npz")
    assert "m1_measurement_1.npy does not exist" in loaded.unavailable
    assert loaded.seeds == (0, 1)


def remote(name, content, url="http://127.0.0.1:9/none"):
    return RemoteFile("folder", name, url, hashlib.sha256(content).hexdigest(), "none")


def test_another_checksum_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(DATA_DIRECTORY_VARIABLE, str(tmp_path))
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_bytes(b"tampered")
    with pytest.raises(NotApplicable, match="another sha256"):
        locate([remote("a.txt", b"genuine")])
    (tmp_path / "folder" / "a.txt").write_bytes(b"genuine")
    assert locate([remote("a.txt", b"genuine")]) == [tmp_path / "folder" / "a.txt"]


@pytest.fixture
def served(tmp_path, monkeypatch):
    """A folder, the address it is served at, and an empty cache."""
    folder = tmp_path / "served"
    folder.mkdir()
    monkeypatch.delenv(DATA_DIRECTORY_VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_files_are_downloaded_once_and_checked(served):
    folder, address = served
    (folder / "a.txt").write_bytes(b"genuine")
    file = remote("a.txt", b"genuine", f"{address}/a.txt")
    (path,) = locate([file])
    assert path.read_bytes() == b"genuine"
    (folder / "a.txt").unlink()
    assert locate([file]) == [path]


@pytest.mark.parametrize("content", [None, b"tampered"])
def test_a_failed_or_wrong_download_is_a_reason_and_no_crash(served, content):
    folder, address = served
    if content:
        (folder / "a.txt").write_bytes(content)
    with pytest.raises(NotApplicable, match="nor could it be downloaded") as caught:
        locate([remote("a.txt", b"genuine", f"{address}/a.txt")])
    assert "\n" not in str(caught.value)
