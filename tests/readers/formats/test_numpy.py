"""NPY and NPZ: arrays of any type and shape are read as what they are, or refused in one line."""

import numpy as np
import pytest

from bssbench.datasets.dataset import Dataset
from bssbench.errors import InputError
from bssbench.readers.formats import npy, npz
from bssbench.readers.table import Request
from bssbench.separation import Separation


def saved(path, array):
    np.save(path, array)
    return path


@pytest.mark.parametrize("kind", ["f2", "f4", ">f8", "i1", "u2", ">i4", "i8", "?"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_every_type_become_doubles(tmp_path, signals, kind, order):
    array = np.asarray(signals * 1000, dtype=kind, order=order)
    table = npy.read(saved(tmp_path / "a.npy", array), Request())
    assert table.values.dtype == np.float64
    assert np.array_equal(table.values, array.astype(np.float64))
    assert table.names == ("channel_1", "channel_2", "channel_3")


def test_what_is_no_number_stays_nan(tmp_path, signals):
    array = signals.copy()
    array[5, 1], array[7, 2] = np.nan, np.inf
    table = npy.read(saved(tmp_path / "a.npy", array), Request())
    assert np.array_equal(table.values, array, equal_nan=True)


@pytest.mark.parametrize("shape", [(600,), (600, 1), (1, 600), (1, 600, 1)])
def test_a_vector_is_one_channel(tmp_path, signals, shape):
    table = npy.read(saved(tmp_path / "a.npy", signals[:, 0].reshape(shape)), Request())
    assert np.array_equal(table.values, signals[:, :1])


def test_rows_are_time_and_transpose_says_that_they_are_not(tmp_path, signals):
    path = saved(tmp_path / "a.npy", signals.T)
    with pytest.raises(InputError, match=r"3 rows and 600 columns.*--transpose"):
        npy.read(path, Request())
    assert np.array_equal(npy.read(path, Request(transpose=True)).values, signals)


def test_fields_of_records_are_columns_and_a_field_of_time_is_none(tmp_path, signals):
    records = np.zeros(600, [("time", "f8"), ("a", "f8"), ("rest", "f8", 2), ("note", "U3")])
    records["time"], records["a"] = np.arange(600) / 250, signals[:, 0]
    records["rest"] = signals[:, 1:]
    table = npy.read(saved(tmp_path / "a.npy", records), Request())
    assert table.names == ("a", "rest_1", "rest_2")
    assert np.array_equal(table.values, signals)
    assert table.sampling_rate == 250
    assert table.left_out.keys() == {"time", "note"}
    npy.write(tmp_path / "w.npy", signals[:, :2], ("one", "two"), table)
    written = np.load(tmp_path / "w.npy")
    assert written.dtype.names == ("time", "one", "two")
    assert np.array_equal(written["time"], records["time"])
    assert np.array_equal(written["two"], signals[:, 1])


@pytest.mark.parametrize(
    ("array", "reason"),
    [
        (np.array([[1, None], [2, "a"]], dtype=object), "Python objects, which are never loaded"),
        (np.array([["a", "b"], ["c", "d"]]), "text"),
        (np.array(5.0), "a single number"),
        (np.zeros((20, 3, 4)), "axes, of lengths 20, 3, 4"),
        (np.zeros((0, 3)), "empty"),
        (np.full((20, 2), 1 + 2j), "complex"),
        (np.array(["2020-01-01"] * 20, dtype="M8[s]"), "dates"),
    ],
)
def test_what_is_no_recording_is_refused_with_the_reason(tmp_path, array, reason):
    path = tmp_path / "a.npy"
    np.save(path, array, allow_pickle=True)
    with pytest.raises(InputError, match=reason) as refusal:
        npy.read(path, Request())
    assert "\n" not in str(refusal.value)


def test_complex_numbers_without_imaginary_parts_are_real(tmp_path, signals):
    table = npy.read(saved(tmp_path / "a.npy", signals.astype(complex)), Request())
    assert np.array_equal(table.values, signals)


def test_an_array_comes_with_rate_names_and_times_beside_it(tmp_path, signals):
    times = np.arange(600) / 250
    np.savez(tmp_path / "a.npz", X=signals, fs=250, t=times, ch_names=["a", "b", "c"], k=np.eye(3))
    table = npz.read(tmp_path / "a.npz", Request())
    assert np.array_equal(table.values, signals)
    assert (table.names, table.sampling_rate) == (("a", "b", "c"), 250)
    assert np.array_equal(table.time.cells, times)
    assert any("array X used" in text and "k" in text for text in table.understood)
    npz.write(tmp_path / "w.npz", signals[:, :2], ("s_1", "s_2"), table)
    again = npz.read(tmp_path / "w.npz", Request())
    assert np.array_equal(again.values, signals[:, :2])
    assert (again.names, again.sampling_rate) == (("s_1", "s_2"), 250)
    assert np.array_equal(again.time.cells, times)


def test_rates_that_contradict_each_other_are_said(tmp_path, signals):
    np.savez(tmp_path / "a.npz", X=signals, fs=250, sfreq=500)
    table = npz.read(tmp_path / "a.npz", Request())
    assert (
        "warning: fs states 250 Hz, but sfreq 500 Hz; --sampling-rate overrides both"
        in table.understood
    )


def test_as_many_times_or_names_as_columns_say_that_rows_are_channels(tmp_path, signals):
    np.savez(tmp_path / "a.npz", X=signals.T, time=np.arange(600) / 250)
    np.savez(tmp_path / "b.npz", X=signals.T, labels=["a", "b", "c"])
    for name in ("a.npz", "b.npz"):
        assert np.array_equal(npz.read(tmp_path / name, Request()).values, signals)


def test_of_several_arrays_the_user_says_which(tmp_path, signals):
    np.savez(tmp_path / "a.npz", X=signals, truth=signals[::-1])
    with pytest.raises(InputError, match=r"several arrays, X \(600 × 3\), truth .*--array"):
        npz.read(tmp_path / "a.npz", Request())
    table = npz.read(tmp_path / "a.npz", Request(array="Truth"))
    assert np.array_equal(table.values, signals[::-1])
    np.savez(tmp_path / "b.npz", X=signals[:9], covariance=np.eye(4))
    assert np.array_equal(npz.read(tmp_path / "b.npz", Request()).values, signals[:9])
    with pytest.raises(InputError, match="did you mean 'truth'"):
        npz.read(tmp_path / "a.npz", Request(array="trut"))


def test_vectors_of_one_length_are_channels_with_their_names(tmp_path, signals):
    np.savez(tmp_path / "a.npz", left=signals[:, 0], right=signals[:, 1], settings=np.arange(4.0))
    table = npz.read(tmp_path / "a.npz", Request())
    assert table.names == ("left", "right")
    assert np.array_equal(table.values, signals[:, :2])
    assert any(text.startswith("warning") and "settings" in text for text in table.understood)


def test_records_alone_in_an_archive_are_its_columns(tmp_path, signals):
    records = np.zeros(600, [("date", "M8[ms]"), ("a", "f8"), ("b", "f8")])
    records["date"] = np.datetime64("2024-01-01", "ms") + 4 * np.arange(600)
    records["a"], records["b"] = signals[:, 0], signals[:, 1]
    np.savez(tmp_path / "a.npz", records)
    table = npz.read(tmp_path / "a.npz", Request())
    assert (table.names, table.sampling_rate) == (("a", "b"), 250)
    assert np.array_equal(table.values, signals[:, :2])


def test_objects_beside_a_recording_are_not_loaded_and_do_not_hinder(tmp_path, signals):
    np.savez(tmp_path / "a.npz", X=signals, info=np.array([{"a": 1}]))
    table = npz.read(tmp_path / "a.npz", Request())
    assert np.array_equal(table.values, signals)
    assert table.understood == ("warning: not loaded, because they contain Python objects: info",)
    for array in ("info", None):
        np.savez(tmp_path / "b.npz", info=np.array([{"a": 1}]))
        with pytest.raises(InputError, match="'info' contains Python objects"):
            npz.read(tmp_path / "b.npz", Request(array=array))


def test_files_of_bssbench_are_recognised(tmp_path, signals):
    data = Dataset("x", (0,), signals[None], 3, "linear")
    data.save(tmp_path / "data.npz")
    Separation(signals[None]).save(tmp_path / "separation.npz")
    np.savez(tmp_path / "own.npz", X=signals)
    assert npz.own_kind(tmp_path / "data.npz") == "data set"
    assert npz.own_kind(tmp_path / "separation.npz") == "separation"
    assert npz.own_kind(tmp_path / "own.npz") == ""
    for name, what in (("data.npz", "a data set of bssbench"), ("separation.npz", "separated")):
        with pytest.raises(InputError, match=what):
            npz.read(tmp_path / name, Request())
