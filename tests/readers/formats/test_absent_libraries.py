"""A library that is not installed is one line, which says how to install it."""

import importlib
import sys

import pytest

from bssbench.errors import InputError
from bssbench.readers.formats._libraries import needed, reading
from bssbench.readers.table import Request

NEEDS = {
    "hdf5": "h5py",
    "parquet": "pyarrow",
    "fif": "mne",
    "edf": "mne",
    "brainvision": "mne",
}
WRITES = NEEDS | {"edf": "edfio", "brainvision": "pybv"}


@pytest.mark.parametrize(("kind", "library"), NEEDS.items())
def test_reading_names_the_extra(monkeypatch, files, kind, library):
    module = importlib.import_module(f"bssbench.readers.formats.{kind}")
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=rf"{library} .*pip install 'bssbench\[recordings\]'"):
        module.read(files[kind], Request())


@pytest.mark.parametrize(("kind", "library"), WRITES.items())
def test_writing_names_the_extra(monkeypatch, tmp_path, signals, files, kind, library):
    module = importlib.import_module(f"bssbench.readers.formats.{kind}")
    table = module.read(files[kind], Request())
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match=rf"{library} .*pip install 'bssbench\[recordings\]'"):
        module.write(tmp_path / files[kind].name, signals, ("a", "b", "c"), table)


def test_sounds_but_wav_need_soundfile(monkeypatch, tmp_path):
    audio = importlib.import_module("bssbench.readers.formats.audio")
    (tmp_path / "a.flac").write_bytes(b"fLaC")
    monkeypatch.setitem(sys.modules, "soundfile", None)
    with pytest.raises(InputError, match=r"soundfile .*bssbench\[recordings\]"):
        audio.read(tmp_path / "a.flac", Request())


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("one\n two\x00"), "one two"),
        (KeyError(), "KeyError"),
        (MemoryError(), "memory"),
        (FileNotFoundError(2, "No such file", "/elsewhere/b.eeg"), r"No such file: b\.eeg"),
        (AssertionError(), "AssertionError"),
    ],
)
def test_whatever_a_library_raises_is_one_line(tmp_path, error, words):
    with pytest.raises(InputError, match=words) as refusal, reading(tmp_path / "a.x", "X"):
        raise error
    assert str(refusal.value).isprintable()


def test_what_interrupts_is_let_through(tmp_path):
    with pytest.raises(KeyboardInterrupt), reading(tmp_path, "X"), needed(tmp_path, "x"):
        raise KeyboardInterrupt
