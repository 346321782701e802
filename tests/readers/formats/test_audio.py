"""Sound files: samples and rate as they are, integers scaled to full scale."""

import sys

import numpy as np
import pytest
import soundfile

from bssbench.errors import InputError
from bssbench.readers.formats import audio
from bssbench.readers.table import Request


@pytest.mark.parametrize(
    ("suffix", "subtype", "step"),
    [
        (".wav", "FLOAT", 0),
        (".wav", "DOUBLE", 0),
        (".wav", "PCM_U8", 2**-7),
        (".wav", "PCM_16", 2**-15),
        (".wav", "PCM_24", 2**-23),
        (".wav", "PCM_32", 2**-31),
        (".flac", "PCM_16", 2**-15),
        (".aiff", "PCM_24", 2**-23),
        (".ogg", "VORBIS", 0.1),
    ],
)
def test_samples_are_read_to_a_step_of_their_encoding(tmp_path, signals, suffix, subtype, step):
    path = tmp_path / f"a{suffix}"
    soundfile.write(path, signals, 8000, subtype=subtype)
    table = audio.read(path, Request())
    assert np.abs(table.values - signals).max() <= step
    assert table.sampling_rate == 8000
    assert any("full scale" in text for text in table.understood) == subtype.startswith("PCM")
    assert audio.recognises(path.read_bytes()[:512])


@pytest.mark.parametrize("subtype", ["FLOAT", "PCM_U8", "PCM_16", "PCM_24", "PCM_32"])
@pytest.mark.parametrize("n_channels", [1, 3])
def test_without_soundfile_wav_is_the_same(tmp_path, monkeypatch, signals, subtype, n_channels):
    path = tmp_path / "a.wav"
    soundfile.write(path, signals[:, :n_channels], 8000, subtype=subtype)
    expected = audio.read(path, Request())
    monkeypatch.setitem(sys.modules, "soundfile", None)
    table = audio.read(path, Request())
    assert np.array_equal(table.values, expected.values)
    assert table.sampling_rate == 8000
    audio.write(tmp_path / "w.wav", table.values, ("s_1",), table)
    monkeypatch.undo()
    assert soundfile.info(tmp_path / "w.wav").subtype == "FLOAT"


def test_a_rising_channel_is_no_column_of_time(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.linspace(0, 0.9, 600), 8000, subtype="DOUBLE")
    assert audio.read(tmp_path / "a.wav", Request()).values.shape == (600, 1)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff"])
def test_signals_are_written_by_one_factor_and_do_not_clip(tmp_path, signals, suffix):
    soundfile.write(tmp_path / f"a{suffix}", signals, 8000)
    table = audio.read(tmp_path / f"a{suffix}", Request())
    large = signals * 1e6
    said = audio.write(tmp_path / f"w{suffix}", large, ("a", "b", "c"), table)
    written, rate = soundfile.read(tmp_path / f"w{suffix}")
    assert rate == 8000
    np.testing.assert_allclose(written, large * 0.99 / np.abs(large).max(), atol=1e-6)
    assert "multiplied by" in said


def test_what_is_cut_off_is_said_and_what_is_there_is_read(tmp_path, signals):
    path = tmp_path / "a.wav"
    soundfile.write(path, signals, 8000, subtype="FLOAT")
    path.write_bytes(path.read_bytes()[:-1200])
    table = audio.read(path, Request())
    assert np.array_equal(table.values, signals[:500])
    assert any("shorter than its header states" in text for text in table.understood)


def test_a_length_that_was_not_known_when_it_was_written_is_no_cut(tmp_path, signals):
    path = tmp_path / "a.wav"
    soundfile.write(path, signals, 8000, subtype="PCM_16")
    content = path.read_bytes()
    at = content.index(b"data") + 4
    path.write_bytes(content[:at] + b"\xff\xff\xff\xff" + content[at + 4 :])
    table = audio.read(path, Request())
    assert table.values.shape == signals.shape
    assert not any("shorter" in text for text in table.understood)


def test_too_many_channels_for_a_kind_are_one_line(tmp_path, signals):
    soundfile.write(tmp_path / "a.flac", signals, 8000)
    table = audio.read(tmp_path / "a.flac", Request())
    with pytest.raises(InputError, match="cannot be written as FLAC"):
        audio.write(tmp_path / "w.flac", np.ones((10, 20)), tuple("abcdefghijklmnopqrst"), table)
