"""MAT files of every version, and the structs within them that say their own axes."""

import h5py
import numpy as np
import pytest
import scipy.io

from bssbench.errors import InputError
from bssbench.readers.formats import hdf5, matlab
from bssbench.readers.table import Request


def cell(texts):
    return np.array(texts, dtype=object)[:, np.newaxis]


def save_73(path, arrays, labels=()):
    """Write as MATLAB does in format 7.3: columns first, with the class of each variable."""
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, array in arrays.items():
            file[name] = np.atleast_2d(array).T
            file[name].attrs["MATLAB_class"] = np.bytes_("double")
        references = []
        for number, label in enumerate(labels):
            codes = np.frombuffer(label.encode("utf-16-le"), dtype="<u2")
            text = file.create_dataset(f"#refs#/{number}", data=codes[:, np.newaxis])
            text.attrs["MATLAB_class"] = np.bytes_("char")
            references.append(text.ref)
        if references:
            cells = file.create_dataset("labels", (1, len(references)), dtype=h5py.ref_dtype)
            cells[0, :] = references
            cells.attrs["MATLAB_class"] = np.bytes_("cell")
    content = bytearray(path.read_bytes())
    content[:19] = b"MATLAB 7.3 MAT-file"
    path.write_bytes(content)


@pytest.mark.parametrize(
    "how", [{"format": "4"}, {"format": "5"}, {"format": "5", "do_compression": True}, None]
)
def test_every_version_gives_the_same(tmp_path, signals, how):
    path = tmp_path / "a.mat"
    content = {"X": signals, "Fs": 500.0, "time": np.arange(600)[:, np.newaxis] / 500}
    if how is None:
        save_73(path, {**content, "time": np.arange(600) / 500}, ["a", "b", "ç"])
    else:
        labels = {} if how["format"] == "4" else {"labels": cell(["a", "b", "ç"])}
        scipy.io.savemat(path, content | labels, **how)
    assert matlab.recognises(path.read_bytes()[:512]) or how == {"format": "4"}
    table = matlab.read(path, Request())
    assert np.array_equal(table.values, signals)
    assert table.sampling_rate == 500
    assert table.time.name == "time"
    if how != {"format": "4"}:
        assert table.names == ("a", "b", "ç")


def test_what_is_written_is_read_back(tmp_path, signals):
    scipy.io.savemat(tmp_path / "a.mat", {"X": signals, "t": np.arange(600) / 250, "srate": 250})
    table = matlab.read(tmp_path / "a.mat", Request())
    matlab.write(tmp_path / "w.mat", signals[:, :2], ("s_1", "s_2"), table)
    again = matlab.read(tmp_path / "w.mat", Request())
    assert np.array_equal(again.values, signals[:, :2])
    assert (again.names, again.sampling_rate) == (("s_1", "s_2"), 250)
    assert np.array_equal(again.time.cells, table.time.cells)


def test_a_mat_file_of_text_is_read_as_text(tmp_path, signals):
    np.savetxt(tmp_path / "a.mat", signals, fmt="%.16e")
    assert np.array_equal(matlab.read(tmp_path / "a.mat", Request()).values, signals)


def test_rows_are_time_unless_the_file_or_the_user_says_else(tmp_path, signals):
    path = tmp_path / "a.mat"
    scipy.io.savemat(path, {"X": signals.T})
    with pytest.raises(InputError, match="--transpose"):
        matlab.read(path, Request())
    assert np.array_equal(matlab.read(path, Request(transpose=True)).values, signals)
    scipy.io.savemat(path, {"X": signals.T, "t": np.arange(600) / 250})
    table = matlab.read(path, Request())
    assert np.array_equal(table.values, signals)
    assert table.sampling_rate == 250


@pytest.mark.parametrize(("place", "value"), [(145, 8), (176, 0), (176, 14), (177, 255)])
def test_types_that_make_scipy_crash_are_refused_before(tmp_path, signals, place, value):
    scipy.io.savemat(tmp_path / "a.mat", {"X": signals})
    content = bytearray((tmp_path / "a.mat").read_bytes())
    assert content[176] == 9  # doubles
    content[place] = value
    (tmp_path / "a.mat").write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be read as MAT .* byte"):
        matlab.read(tmp_path / "a.mat", Request())


def test_vectors_are_channels_and_single_numbers_are_none(tmp_path, signals):
    content = {"X097_DE_time": signals[:, :1], "X097_FE_time": signals[:, 1:2], "X097RPM": 1797}
    scipy.io.savemat(tmp_path / "a.mat", content)
    table = matlab.read(tmp_path / "a.mat", Request())
    assert table.names == ("X097_DE_time", "X097_FE_time")
    assert np.array_equal(table.values, signals[:, :2])


def eeglab(data):
    positions = np.zeros(3, [("labels", object), ("theta", object)])
    for number, name in enumerate(["Fz", "Cz", "Pz"]):
        positions[number] = (name, 0.0)
    return {"data": data, "srate": 250.0, "nbchan": 3.0, "pnts": 600.0, "chanlocs": positions}


@pytest.mark.parametrize("form", ["struct", "variables", "beside", "trials"])
def test_structs_of_eeglab_say_that_rows_are_channels(tmp_path, signals, form):
    data = signals.T
    if form == "beside":
        data.astype("<f4").ravel(order="F").tofile(tmp_path / "a.fdt")
        data = "named_before_it_was_renamed.fdt"
    elif form == "trials":
        data = signals.reshape(6, 100, 3).transpose(2, 1, 0)
    struct = eeglab(data)
    content = struct if form == "variables" else {"EEG": {**struct, "icaweights": np.eye(3)}}
    scipy.io.savemat(tmp_path / "a.set", content, appendmat=False)
    table = matlab.read(tmp_path / "a.set", Request())
    assert np.array_equal(table.values, signals)
    assert (table.names, table.sampling_rate) == (("Fz", "Cz", "Pz"), 250)
    joined = any("warning: 6 trials joined" in text for text in table.understood)
    assert joined == (form == "trials")


def test_structs_of_format_73_are_read_as_those_of_older_ones(tmp_path, signals):
    def put(place, name, array, matlab_class):
        place[name] = array
        place[name].attrs["MATLAB_class"] = np.bytes_(matlab_class)
        return place[name].ref

    with h5py.File(tmp_path / "a.set", "w", userblock_size=512) as file:
        struct = file.create_group("EEG")
        put(struct, "data", signals, "double")
        for name, number in (("srate", 250), ("nbchan", 3), ("pnts", 600)):
            put(struct, name, [[float(number)]], "double")
        codes = [[[ord(c)] for c in name] for name in ("Fz", "Cz", "Pz")]
        refs = [
            put(file, f"#refs#/{i}", np.array(code, "<u2"), "char") for i, code in enumerate(codes)
        ]
        labels = struct.create_dataset("chanlocs/labels", (3, 1), dtype=h5py.ref_dtype)
        labels[:, 0] = refs
    content = (tmp_path / "a.set").read_bytes()
    (tmp_path / "a.set").write_bytes(b"MATLAB 7.3 MAT-file" + content[19:])
    table = matlab.read(tmp_path / "a.set", Request())
    assert np.array_equal(table.values, signals)
    assert (table.names, table.sampling_rate) == (("Fz", "Cz", "Pz"), 250)


def test_a_file_beside_that_is_missing_is_named(tmp_path):
    scipy.io.savemat(tmp_path / "a.set", {"EEG": eeglab("gone.fdt")}, appendmat=False)
    with pytest.raises(InputError, match=r"'gone\.fdt', which must lie beside"):
        matlab.read(tmp_path / "a.set", Request())


@pytest.mark.parametrize("cuts", [[], [200]])
def test_structs_of_fieldtrip_say_that_rows_are_channels(tmp_path, signals, cuts):
    parts = np.split(signals, cuts)
    trials, times = (np.empty((1, len(parts)), dtype=object) for _ in range(2))
    for number, part in enumerate(parts):
        trials[0, number], times[0, number] = part.T, np.arange(len(part)) / 250
    data = {"trial": trials, "time": times, "label": cell(["Fz", "Cz", "Pz"])}
    scipy.io.savemat(tmp_path / "a.mat", {"data": data})
    table = matlab.read(tmp_path / "a.mat", Request())
    assert np.array_equal(table.values, signals)
    assert table.names == ("Fz", "Cz", "Pz")
    assert table.sampling_rate == pytest.approx(250)


def test_without_a_variable_that_can_be_read_it_is_said(tmp_path):
    scipy.io.savemat(tmp_path / "a.mat", {"name": "abc", "n": 3})
    with pytest.raises(InputError, match="no array of numbers in it; it contains n, name"):
        matlab.read(tmp_path / "a.mat", Request())


def test_attributes_of_hdf5_say_rate_and_names(tmp_path, signals):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["X"] = signals
        file["X"].attrs.update(fs=250, columns=["a", "b", "c"])
        file.attrs["fs"] = 1
    table = hdf5.read(tmp_path / "a.h5", Request())
    assert (table.names, table.sampling_rate) == (("a", "b", "c"), 250)


def test_arrays_of_hdf5_are_read_as_they_lie_by_dotted_names(tmp_path, signals):
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["run/data"] = signals
        file["run/fs"] = 100
        file["run/names"] = ["a", "b", "c"]
        file["other/data"] = signals[::-1]
    with pytest.raises(InputError, match=r"other\.data .*, run\.data .*--array"):
        hdf5.read(tmp_path / "a.h5", Request())
    table = hdf5.read(tmp_path / "a.h5", Request(array="run.data"))
    assert np.array_equal(table.values, signals)
    assert (table.names, table.sampling_rate) == (("a", "b", "c"), 100)
    hdf5.write(tmp_path / "w.h5", signals[:, :2], ("s_1", "s_2"), table)
    again = hdf5.read(tmp_path / "w.h5", Request())
    assert np.array_equal(again.values, signals[:, :2])
    assert (again.names, again.sampling_rate) == (("s_1", "s_2"), 100)
