"""A small recording, as each library writes it itself."""

import warnings

import h5py
import numpy as np
import pytest
import scipy.io
import soundfile


@pytest.fixture(scope="session")
def signals():
    """Of shape (time, channel): 600 samples of three channels, that no kind of file rounds much."""
    generator = np.random.default_rng(0)
    return generator.laplace(size=(600, 3)).astype(np.float32).astype(np.float64) * 2.0**-6


@pytest.fixture(scope="session")
def raw(signals):
    """The recording as mne's own object, at 250 Hz, in units of 2⁻²⁰ V."""
    import mne

    info = mne.create_info(["Fz", "Cz", "Pz"], 250.0, "eeg")
    return mne.io.RawArray(signals.T * 2.0**-20, info, verbose="ERROR")


@pytest.fixture(scope="session")
def files(tmp_path_factory, signals, raw):
    """A file of each kind that has a beginning of its own, by the name of the module it is for."""
    folder = tmp_path_factory.mktemp("files")
    np.save(folder / "a.npy", signals)
    np.savez(folder / "a.npz", X=signals, fs=250.0)
    scipy.io.savemat(folder / "a.mat", {"X": signals, "fs": 250.0})
    with h5py.File(folder / "a.h5", "w") as file:
        file["X"] = signals
        file["fs"] = 250.0
    soundfile.write(folder / "a.wav", signals, 250, subtype="FLOAT")
    import pandas as pd

    pd.DataFrame(signals, columns=["a", "b", "c"]).to_parquet(folder / "a.parquet")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw.save(folder / "a.fif", fmt="double", verbose="ERROR")
        for name in ("a.edf", "a.vhdr"):
            raw.export(folder / name, verbose="ERROR")
    names = {"matlab": "a.mat", "hdf5": "a.h5", "audio": "a.wav", "brainvision": "a.vhdr"}
    kinds = ("npy", "npz", "matlab", "hdf5", "audio", "parquet", "fif", "edf", "brainvision")
    return {kind: folder / names.get(kind, f"a.{kind}") for kind in kinds}
