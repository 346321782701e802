import functools
import hashlib
import http.server
import threading

import numpy as np
import pytest
from scipy.io import loadmat, wavfile
from scipy.signal import welch

from bssbench.datasets.catalogue import dataset_shape, make_dataset, summary
from bssbench.datasets.dataset import Dataset
from bssbench.datasets.recordings import (
    eeg_blinks,
    fetal_ecg_scalp,
    load_recording,
    modal_frame,
    recording_names,
    speech_mixed,
)
from bssbench.datasets.remote_files import DATA_DIRECTORY_VARIABLE, RemoteFile, locate
from bssbench.errors import NotApplicable
from bssbench.scores.measures.electrodes import electrode_ceiling


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
@pytest.mark.parametrize("name", recording_names())
def test_a_recording_has_the_shape_it_is_announced_with(name):
    shape = dataset_shape(name, {})
    dataset = make_dataset(name, [3, 5], {})
    assert dataset.unavailable is None
    assert (dataset.name, dataset.seeds) == (name, (3, 5))
    assert dataset.observations.shape == (2, shape.length, shape.n_channels)
    assert dataset.n_sources == shape.n_sources
    assert dataset.observations.dtype == np.float64


@pytest.mark.parametrize("name", recording_names())
def test_a_recordings_origin_is_listed(name):
    module = load_recording(name)
    assert module.CITATION in summary(name)
    assert module.FILES[0].licence in summary(name)
    for file in module.FILES:
        assert len(file.sha256) == 64
        assert file.url.startswith("https://")


@pytest.mark.recordings
@pytest.mark.parametrize(
    ("name", "band"),
    [
        ("fetal-ecg", (2.0, 100.0)),
        ("eeg-blinks", (1.0, 40.0)),
        ("fetal-ecg-scalp", (8.0, 60.0)),
    ],
)
def test_what_is_outside_the_band_is_removed(name, band):
    dataset = make_dataset(name, [0], {})
    for signals in (dataset.observations[0], dataset.reference_signals[0]):
        frequencies, spectra = welch(signals, dataset.sampling_rate, nperseg=1024, axis=0)
        inside = (frequencies > 0.8 * band[0]) & (frequencies < 1.2 * band[1])
        assert spectra[~inside].sum() < 0.01 * spectra.sum()


@pytest.mark.recordings
def test_the_mothers_leads_are_the_last_three_channels():
    dataset = make_dataset("fetal-ecg", [0], {})
    np.testing.assert_array_equal(dataset.reference_signals, dataset.observations[..., 5:])
    assert len(dataset.reference_names) == 3


@pytest.mark.recordings
def test_the_electrodes_by_the_eyes_are_held_out():
    dataset = make_dataset("eeg-blinks", [0], {})
    description, samples = locate(eeg_blinks.FILES)
    # The publisher's own list of the electrodes' places names the same channels.
    places = description.with_name("eeglab_chan32.locs").read_text().split("\n")
    assert [places[row].split()[-1] for row in (1, 5)] == list(dataset.reference_names)
    recorded = np.fromfile(samples, dtype="<f4").reshape(-1, 32)[:, [1, 5]]
    # Well inside the band a filter without phase leaves them as they were.
    frequencies = np.fft.rfftfreq(len(recorded), 1 / dataset.sampling_rate)
    inside = (frequencies > 4) & (frequencies < 25)
    before, after = (
        np.fft.rfft(signals, axis=0)[inside] for signals in (recorded, dataset.reference_signals[0])
    )
    assert np.abs(after - before).std() < 0.1 * np.abs(before).std()


@pytest.mark.recordings
def test_the_electrode_on_the_childs_scalp_is_held_out_of_each_record():
    dataset = make_dataset("fetal-ecg-scalp", [0, 1, 2], {})
    files = {path.name: path for path in locate(fetal_ecg_scalp.FILES)}
    frequencies = np.fft.rfftfreq(10_000, 1 / 1000)
    inside = (frequencies > 15) & (frequencies < 35)
    for replicate, record in enumerate(("r01", "r07", "r10")):
        names = [f"{record}_edfm{lead}.mat" for lead in ("", "-2", "-3", "-4", "d")]
        recorded = np.concatenate([loadmat(files[name])["val"] for name in names]).T
        kept = np.concatenate(
            [dataset.observations[replicate], dataset.references("scalp")[replicate]], axis=1
        )
        # Well inside the band a filter without phase leaves them as they were.
        taper = np.hanning(10_000)[:, None]
        before, after = (
            np.fft.rfft(taper * signals, axis=0)[inside] for signals in (recorded, kept)
        )
        assert np.abs(after - before).std() < 0.1 * np.abs(before).std()


@pytest.mark.recordings
def test_how_much_of_the_scalp_the_abdomen_hears():
    dataset = make_dataset("fetal-ecg-scalp", [0, 1, 2], {})
    pairs = zip(dataset.references("scalp")[..., 0], dataset.observations, strict=True)
    # As found outside of this program, with the same filter.
    np.testing.assert_allclose(
        [electrode_ceiling(*pair) for pair in pairs], [0.717, 0.261, 0.247], atol=1e-3
    )


@pytest.mark.recordings
def test_seeds_are_given_records_in_turn(tmp_path):
    dataset = make_dataset("fetal-ecg-scalp", [100, 101, 102, 103], {})
    dataset.save(tmp_path / "data.npz")
    # Of a record each, so no method may be run for one seed alone.
    assert not dataset.fixed
    for each in (dataset, Dataset.load(tmp_path / "data.npz")):
        for signals in (each.observations, each.references("scalp")):
            np.testing.assert_array_equal(signals[0], signals[3])
            for one, other in ((0, 1), (0, 2), (1, 2)):
                assert np.abs(signals[one] - signals[other]).max() > 0.1 * signals.std()
    (second,) = make_dataset("fetal-ecg-scalp", [1], {}).observations
    np.testing.assert_array_equal(second, dataset.observations[0])


@pytest.mark.recordings
def test_channels_of_the_scalp_become_uncorrelated_components_the_largest_first():
    covariance = np.cov(make_dataset("eeg-blinks", [0], {}).observations[0].T)
    variances = np.diag(covariance)
    np.testing.assert_allclose(covariance, np.diag(variances), atol=1e-8 * variances[0])
    assert np.all(np.diff(variances) < 0)


@pytest.mark.recordings
def test_real_speakers_have_neither_offset_nor_another_scale_and_are_nearly_uncorrelated():
    dataset = make_dataset("speech-mixed", [0, 1], {})
    np.testing.assert_allclose(dataset.sources.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(dataset.sources.std(axis=1), 1)
    for tracks in dataset.sources:
        assert np.abs(np.corrcoef(tracks.T) - np.eye(4)).max() < 0.1


@pytest.fixture
def digits(tmp_path):
    """Forty files of noise in place of speech, each with an offset and a length of its own."""
    rng = np.random.default_rng(0)
    paths = []
    for index, file in enumerate(speech_mixed.FILES):
        samples = rng.integers(-1000, 1000, 2500 + 10 * index) + 300 * (index % 7)
        paths.append(tmp_path / file.name)
        wavfile.write(paths[-1], 8000, samples.astype(np.int16))
    return paths


def test_speakers_are_mixed_linearly_with_a_little_noise(digits):
    dataset = speech_mixed.mix(digits, [0, 1], 0)
    clean = dataset.sources @ np.swapaxes(dataset.mixing_matrix, 1, 2)
    noise = (dataset.observations - clean).std(axis=1)
    np.testing.assert_allclose(noise / clean.std(axis=1), 0.01, rtol=0.05)
    assert dataset.mixing == "linear"
    assert not dataset.fixed


def test_a_speaker_says_the_same_digits_in_another_order(digits):
    dataset = speech_mixed.mix(digits, [0, 1], 0)
    assert not np.array_equal(dataset.sources[0], dataset.sources[1])
    first = []
    for index, track in enumerate(np.moveaxis(dataset.sources, 2, 1).reshape(8, -1)):
        # The first digit begins the track: where it is, its samples fit up to an affine map.
        fits = [np.corrcoef(track[:2500], wavfile.read(path)[1][:2500])[0, 1] for path in digits]
        speaker, digit = divmod(int(np.argmax(fits)), 10)
        assert max(fits) > 0.9999
        assert speaker == index % 4
        first.append(digit)
    assert len(set(first)) > 3


def test_a_files_offset_is_removed_before_files_are_joined(digits):
    sources = speech_mixed.mix(digits, [0], 0).sources[0]
    # Offsets of up to three standard deviations would show in means of 2,400 samples.
    means = sources.reshape(10, 2400, 4).mean(axis=1)
    assert np.abs(means).max() < 4 / np.sqrt(2400)


def test_a_seed_of_speech_depends_on_no_other(digits):
    several = speech_mixed.mix(digits, [0, 7], 0)
    alone = speech_mixed.mix(digits, [7], 0)
    np.testing.assert_array_equal(several.observations[1], alone.observations[0])
    assert not np.array_equal(alone.sources, speech_mixed.mix(digits, [7], 1).sources)


def test_references_survive_their_file(tmp_path):
    dataset = Dataset(
        name="own",
        seeds=(0, 1),
        observations=np.zeros((2, 5, 3)),
        n_sources=3,
        mixing="unknown",
        fixed=True,
        reference_signals=np.broadcast_to(np.arange(10.0).reshape(5, 2), (2, 5, 2)),
        reference_names=("EOG1", "thorax 1"),
    )
    dataset.save(tmp_path / "data.npz")
    loaded = Dataset.load(tmp_path / "data.npz")
    assert loaded.reference_names == dataset.reference_names
    np.testing.assert_array_equal(loaded.reference_signals, dataset.reference_signals)
    np.testing.assert_array_equal(loaded.references("thorax")[1, :, 0], [1, 3, 5, 7, 9])
    with pytest.raises(NotApplicable, match="no reference EOG2"):
        loaded.references("EOG2")


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
    assert loaded.fixed
    assert not make_dataset("fetal-ecg-scalp", [0, 1], {}).fixed


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
