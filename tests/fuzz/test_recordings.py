"""Whatever a recording's file holds: it is understood, or refused in one line."""

import gzip
import warnings

import h5py
import numpy as np
import pandas as pd
import pytest
import scipy.io
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

FUZZ = settings.get_profile("fuzz")
SUFFIXES = (
    ".csv",
    ".txt",
    ".npy",
    ".npz",
    ".mat",
    ".h5",
    ".wav",
    ".parquet",
    ".edf",
    ".gz",
    ".fif",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return the bytes of a small recording of each kind, by suffix."""
    folder = tmp_path_factory.mktemp("kinds")
    signals = np.random.default_rng(0).laplace(size=(60, 3)).astype(np.float32)
    frame = pd.DataFrame(signals, columns=["a", "b", "c"])
    frame.to_csv(folder / "a.csv", index_label="time")
    frame.to_parquet(folder / "a.parquet")
    np.save(folder / "a.npy", signals)
    np.savez(folder / "a.npz", X=signals, fs=250.0)
    scipy.io.savemat(folder / "a.mat", {"X": signals, "fs": 250.0})
    with h5py.File(folder / "a.h5", "w") as file:
        file["X"] = signals
    soundfile.write(folder / "a.wav", signals / 20, 250, subtype="FLOAT")
    (folder / "a.gz").write_bytes(gzip.compress((folder / "a.csv").read_bytes(), mtime=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import mne

        info = mne.create_info(["Fz", "Cz", "Pz"], 30.0, "eeg")
        raw = mne.io.RawArray(signals.T * 1e-6, info, verbose="ERROR")
        raw.save(folder / "a.fif", verbose="ERROR")
        for name in ("a.edf", "a.vhdr"):
            raw.export(folder / name, verbose="ERROR")
    return {path.suffix: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("recordings")


@FUZZ
@given(data=st.data())
def test_a_file_with_a_wound_is_understood_or_refused(data, files, place, answer):
    kind = data.draw(st.sampled_from(sorted(files)))
    content = bytearray(files[kind][: data.draw(st.integers(0, len(files[kind])))])
    if data.draw(st.booleans()):
        content = bytearray(files[kind])
    for _ in range(data.draw(st.integers(0, 6))):
        start = data.draw(st.integers(0, len(content)))
        content[start : start + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    # Under its own suffix, or as another kind.
    suffix = data.draw(st.sampled_from((kind, kind, *SUFFIXES)))
    path = place / f"x{suffix}"
    path.write_bytes(bytes(content))
    answer(["separate", str(path), "--n-sources", "2", "--dry-run"], place)


@FUZZ
@given(content=st.binary(max_size=300), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_are_understood_or_refused(content, suffix, place, answer):
    path = place / f"x{suffix}"
    path.write_bytes(content)
    answer(["separate", str(path), "--n-sources", "2", "--dry-run"], place)
