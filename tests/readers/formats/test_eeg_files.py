"""EDF, BDF, FIF and BrainVision, by mne: types, units, names and rates."""

import warnings

import edfio
import mne
import numpy as np
import pytest

from bssbench.errors import InputError
from bssbench.readers.formats import brainvision, edf, fif
from bssbench.readers.table import Request

MODULES = {".edf": edf, ".bdf": edf, ".fif": fif, ".vhdr": brainvision}


def written(raw, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".fif":
            raw.save(path, fmt="double", verbose="ERROR")
        else:
            raw.export(path, verbose="ERROR")
    return path


@pytest.mark.parametrize(
    ("suffix", "step"), [(".edf", 2**-15), (".bdf", 2**-22), (".fif", 0), (".vhdr", 2**-23)]
)
def test_values_are_in_volts_with_names_and_rate(tmp_path, raw, suffix, step):
    path = written(raw, tmp_path / f"a{suffix}")
    table = MODULES[suffix].read(path, Request())
    expected = raw.get_data().T
    # mne fills up the last second of EDF.
    assert np.abs(table.values[:600] - expected).max() <= step * np.abs(expected).max()
    assert (table.names, table.sampling_rate) == (("Fz", "Cz", "Pz"), 250)
    assert table.units == ("V", "V", "V")
    assert MODULES[suffix].recognises(path.read_bytes()[:512])


@pytest.mark.parametrize(
    ("suffix", "step"), [(".edf", 2**-15), (".bdf", 2**-22), (".fif", 0), (".vhdr", 2**-23)]
)
@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_signals_written_are_read_back_but_for_rounding(tmp_path, rng, raw, suffix, step, scale):
    module = MODULES[suffix]
    table = module.read(written(raw, tmp_path / f"a{suffix}"), Request())
    # A prime number of samples, which no record of whole seconds divides.
    signals = rng.standard_normal((1009, 2)) * scale
    said = module.write(tmp_path / f"w{suffix}", signals, ("source 1", "source 2"), table)
    again = module.read(tmp_path / f"w{suffix}", Request())
    assert (again.names, again.sampling_rate) == (("source 1", "source 2"), 250)
    assert again.values.shape == signals.shape
    factor = float(said.rpartition("multiplied by ")[2]) if "multiplied by" in said else 1.0
    error = np.abs(again.values - factor * signals).max()
    assert error <= 1.01 * step * factor * np.abs(signals).max()


@pytest.mark.parametrize("rate", [256.0, 128.5, 999.1])
@pytest.mark.parametrize("length", [1000, 1009])
def test_edf_keeps_any_rate_and_says_what_it_appends(tmp_path, rng, raw, rate, length):
    raw = mne.io.RawArray(raw.get_data(), mne.create_info(3, rate, "eeg"), verbose="ERROR")
    table = fif.read(written(raw, tmp_path / "a.fif"), Request())
    signals = rng.standard_normal((length, 2))
    said = edf.write(tmp_path / "w.edf", signals, ("a", "b"), table)
    again = edf.read(tmp_path / "w.edf", Request())
    assert again.sampling_rate == pytest.approx(rate, rel=1e-6)
    extra = len(again.values) - length
    assert 0 <= extra <= rate
    assert (extra > 0) == (f"repeated {extra} times" in said)
    assert np.abs(again.values[:length] - signals).max() < 2**-13


def test_long_names_are_cut_in_edf_and_that_is_said(tmp_path, raw, signals):
    table = edf.read(written(raw, tmp_path / "a.edf"), Request())
    names = ("a name that is much too long", "é", "c")
    assert "names cut" in edf.write(tmp_path / "w.edf", signals, names, table)
    assert edf.read(tmp_path / "w.edf", Request()).names == ("a name that is m", "?", "c")


def test_channels_of_triggers_and_bad_ones_are_left_out_unless_named(tmp_path, raw):
    info = mne.create_info(["Fz", "STI 014", "Pz"], 250.0, ["eeg", "stim", "eeg"])
    marked = mne.io.RawArray(raw.get_data(), info, verbose="ERROR")
    marked.info["bads"] = ["Pz"]
    path = written(marked, tmp_path / "a.fif")
    table = fif.read(path, Request())
    assert table.names == ("Fz",)
    assert table.left_out == {
        "STI 014": "a channel of triggers",
        "Pz": "marked as bad in the file",
    }
    assert fif.read(path, Request(columns=("3", "Fz"))).names == ("Pz", "Fz")
    marked.info["bads"] = ["Fz", "Pz"]
    with pytest.raises(InputError, match=r"every channel .*--columns"):
        fif.read(written(marked, tmp_path / "b.fif"), Request())


def test_annotations_are_ignored_and_said(tmp_path, raw):
    annotated = raw.copy().set_annotations(mne.Annotations([0.1, 1], [0.5, 0.5], ["BAD_x", "go"]))
    table = fif.read(written(annotated, tmp_path / "a.fif"), Request())
    assert "warning: 2 annotations ignored, of which 1 mark bad segments" in table.understood
    assert len(table.values) == 600


def test_other_units_and_lower_rates_of_edf_are_said(tmp_path, rng):
    fast = [
        edfio.EdfSignal(rng.standard_normal(500), 250, label=name, physical_dimension="uV")
        for name in ("Fz", "Cz")
    ]
    slow = edfio.EdfSignal(rng.standard_normal(20), 10, label="skin", physical_dimension="degC")
    edfio.Edf([*fast, slow]).write(tmp_path / "a.edf")
    table = edf.read(tmp_path / "a.edf", Request())
    assert table.units == ("V", "V", "degC")
    assert "warning: of a lower rate than others, interpolated: skin" in table.understood


def test_a_recording_that_was_stopped_early_is_read_and_said(tmp_path, raw):
    path = written(raw, tmp_path / "a.edf")
    content = path.read_bytes()
    path.write_bytes(content[: 1280 + (len(content) - 1280) // 2])
    table = edf.read(path, Request())
    assert len(table.values) < 600
    assert any("warning: mne reports: Number of records" in text for text in table.understood)


def test_the_header_of_brainvision_is_found_from_its_other_files(tmp_path, raw):
    path = written(raw, tmp_path / "a.vhdr")
    for other in (".eeg", ".vmrk"):
        table = brainvision.read(path.with_suffix(other), Request())
        assert table.names == ("Fz", "Cz", "Pz")
    path.with_suffix(".eeg").rename(tmp_path / "b.eeg")
    with pytest.raises(InputError, match=r"a\.eeg"):
        brainvision.read(path, Request())
    with pytest.raises(InputError, match=r"its header b\.vhdr is missing"):
        brainvision.read(tmp_path / "b.eeg", Request())
